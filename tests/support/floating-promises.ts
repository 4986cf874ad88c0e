import { join, relative } from "node:path";
import ts from "typescript";

/** Words in a function's doc comment that say that nobody need hear of its promise. */
const NEVER = "Never rejects";

/**
 * Promises that nobody waits for, and whose rejection nobody would hear: not closed by `.catch(...)`, nor of a function whose
 * doc comment says that it never rejects.
 * @param root the project's
 * @param folder below it
 * @returns FILE:LINE TEXT
 */
export function floatingPromises(root: string, folder: string): string[] {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} };
  const config = ts.getParsedCommandLineOfConfigFile(join(root, "tsconfig.json"), {}, host);
  const files = config?.fileNames.filter((file) => file.startsWith(`${join(root, folder)}/`)) ?? [];
  const program = ts.createProgram(files, config?.options ?? {});
  const checker = program.getTypeChecker();

  const isFloating = (call: ts.Expression): boolean => {
    if (!ts.isCallExpression(call)) return false;
    if (checker.getTypeAtLocation(call).getSymbol()?.name !== "Promise") return false;
    if (ts.isPropertyAccessExpression(call.expression) && call.expression.name.text === "catch") return false;
    const declaration = checker.getResolvedSignature(call)?.getDeclaration();
    return !ts.getJSDocCommentsAndTags(declaration ?? call).some((doc) => doc.getText().includes(NEVER));
  };
  return program
    .getSourceFiles()
    .filter(({ fileName }) => files.includes(fileName))
    .flatMap((source) => {
      const found: string[] = [];
      const see = (node: ts.Node): void => {
        if ((ts.isExpressionStatement(node) || ts.isVoidExpression(node)) && isFloating(node.expression)) {
          const { line } = source.getLineAndCharacterOfPosition(node.getStart());
          const text = node.getText().replace(/\s+/g, " ").slice(0, 100);
          found.push(`${relative(root, source.fileName)}:${line + 1} ${text}`);
        }
        ts.forEachChild(node, see);
      };
      see(source);
      return found;
    });
}
