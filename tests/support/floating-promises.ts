import { join, relative } from "node:path";
import ts from "typescript";

/** Words in a function's doc comment that say that nobody need hear of its promise. */
const NEVER = "Never rejects";

/** Functions that call back, and drop what they are given back. */
const CALLERS = /^(set(Timeout|Interval|Immediate)|queueMicrotask|nextTick|on|once|addListener|addEventListener)$/;

/**
 * Promises that nobody waits for, and whose rejection nobody would hear: not closed by `.catch(...)`, nor of a function whose
 * doc comment says that it never rejects. A timer's callback or a listener that is async, or gives one back, is one too.
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
  /** An expression that a timer or an emitter gets to call. */
  const dropsPromise = (node: ts.Node): boolean => {
    if (!ts.isCallExpression(node)) return false;
    const callee = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
    return CALLERS.test(callee.getText()) && node.arguments.some(isAsync);
  };
  const isAsync = (callback: ts.Expression): boolean => {
    const [signature] = checker.getTypeAtLocation(callback).getCallSignatures();
    if (signature?.getReturnType().getSymbol()?.name !== "Promise") return false;
    const isArrow = ts.isArrowFunction(callback) && !ts.isBlock(callback.body);
    return !isArrow || isFloating(callback.body as ts.Expression);
  };
  return program
    .getSourceFiles()
    .filter(({ fileName }) => files.includes(fileName))
    .flatMap((source) => {
      const found: string[] = [];
      const see = (node: ts.Node): void => {
        const isDropped = (ts.isExpressionStatement(node) || ts.isVoidExpression(node)) && isFloating(node.expression);
        if (isDropped || dropsPromise(node)) {
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
