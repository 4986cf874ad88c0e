import { join } from "node:path";
import * as ts from "typescript";
import { z } from "zod";
import { manifestSchema } from "./schema";

interface Node {
  const?: string;
  description?: string;
  properties?: Record<string, Node>;
  items?: Node;
  anyOf?: Node[];
  oneOf?: Node[];
}

const TYPES = join(__dirname, "types.ts");

/** Puts the interfaces' doc comments into the schema, so that they are written once and editors show them. */
function describe(node: Node, type: ts.Type, checker: ts.TypeChecker): void {
  for (const member of [...(node.anyOf ?? []), ...(node.oneOf ?? [])]) describe(member, type, checker);
  if (node.items) {
    const element = type.getNumberIndexType();
    if (element) describe(node.items, element, checker);
  }
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const symbol = type.getProperty(key);
    if (!symbol) continue;
    const member = checker.getNonNullableType(checker.getTypeOfSymbol(symbol));
    const own = symbol.getDocumentationComment(checker);
    // A field without a comment is told by its type's.
    const comment = own.length > 0 ? own : (member.getSymbol()?.getDocumentationComment(checker) ?? []);
    const text = ts.displayPartsToString(comment);
    if (text) child.description = text;
    describe(child, member, checker);
  }
}

/** The JSON Schema of server.yaml, for editors. What spans several fields is checked by the program only. */
export function manifestJsonSchema(): Record<string, unknown> {
  const program = ts.createProgram([TYPES], {
    strict: true,
    target: ts.ScriptTarget.ES2022,
    skipLibCheck: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(TYPES);
  const declaration = source?.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === "Manifest",
  );
  if (!declaration) throw new Error(`${TYPES}: got no interface Manifest, expected one`);
  const schema = z.toJSONSchema(manifestSchema, { io: "input" }) as Node;
  // `none` is read before the schema checks, so the schema does not tell it.
  const egress = schema.properties?.egress;
  if (schema.properties && egress) schema.properties.egress = { anyOf: [{ const: "none" }, egress] };
  describe(schema, checker.getTypeAtLocation(declaration), checker);
  return { ...schema, title: "server.yaml of dind-mcp" };
}
