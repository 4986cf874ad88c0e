import * as ts from "typescript";

/** The parts of a JSON Schema that this file reads and changes. */
export interface SchemaNode {
  const?: string | number;
  description?: string;
  properties?: Record<string, SchemaNode>;
  additionalProperties?: boolean | SchemaNode;
  items?: SchemaNode;
  anyOf?: SchemaNode[];
  oneOf?: SchemaNode[];
}

function describe(node: SchemaNode, type: ts.Type, checker: ts.TypeChecker): void {
  for (const member of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) describe(member, type, checker);
  if (node.items) {
    const element = type.getNumberIndexType();
    if (element) describe(node.items, element, checker);
  }
  if (typeof node.additionalProperties === "object") {
    const value = type.getStringIndexType();
    if (value) describe(node.additionalProperties, value, checker);
  }
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const symbol = type.getProperty(key);
    if (!symbol) continue;
    const member = checker.getNonNullableType(checker.getTypeOfSymbol(symbol));
    const own = symbol.getDocumentationComment(checker);
    // A field without a comment takes that of its type.
    const comment = own.length > 0 ? own : (member.getSymbol()?.getDocumentationComment(checker) ?? []);
    const text = ts.displayPartsToString(comment);
    if (text) child.description = text;
    describe(child, member, checker);
  }
}

/**
 * Puts an interface's doc comments into a schema, so that they are written once and editors show them.
 * @param node is changed
 * @param file the TypeScript file with the interface
 * @throws Error when the file has no such interface
 */
export function describeSchema(node: SchemaNode, file: string, interfaceName: string): void {
  const program = ts.createProgram([file], {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    skipLibCheck: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const declaration = program
    .getSourceFile(file)
    ?.statements.find((statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === interfaceName);
  if (!declaration) throw new Error(`${file}: got no interface ${interfaceName}, expected one`);
  describe(node, checker.getTypeAtLocation(declaration), checker);
}
