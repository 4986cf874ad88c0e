import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode, SyntaxKind } from "jsonc-parser";
import { type Problem, ProblemsError } from "../../../lib/problems";
import type { Entry } from "./format";
import { FIX, place } from "./text";

/** A configuration's text, in the shape that edits need it. */
export interface Document {
  text: string;
  root: Node;
}

/**
 * Reads JSON with comments and trailing commas, as the clients do.
 * @param file how problems name it
 * @throws ProblemsError when it is none, or holds no object
 */
export function readDocument(text: string, file: string): Document {
  const errors: ParseError[] = [];
  const root = parsed(text, errors);
  const problems = errors.map(({ error, offset }): Problem => {
    const got = printParseErrorCode(error).replace(/([a-z])([A-Z])/g, "$1 $2");
    return { file: `${file}:${place(text, offset)}`, path: "(the file)", got, expected: "JSON", fix: FIX };
  });
  const whole = (got: string, expected: string): Problem => ({ file, path: "(the file)", got, expected, fix: FIX });
  // No editor of today writes them, and where a comment ends at one, half of what follows would be taken for a comment.
  if (/\r(?!\n)/.test(text)) problems.push(whole("lines that end in CR alone", "LF or CRLF"));
  if (root === undefined && problems.length === 0) problems.push(whole("JSON that is nested too deeply", "less"));
  if (root && root.type !== "object") problems.push(whole(`JSON with ${root.type} at the top`, "an object"));
  if (root && problems.length === 0) return { text, root };
  throw new ProblemsError(problems);
}

/** The parser's tree; undefined when it is too deep for it. */
function parsed(text: string, errors: ParseError[]): Node | undefined {
  try {
    return parseTree(text, errors, { allowTrailingComma: true });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Everything that stands in the way of putting these entries there. */
export function shapeProblems({ text, root }: Document, entries: Entry[], file: string): Problem[] {
  const at = (node: Node) => `${file}:${place(text, node.offset)}`;
  const names = [...new Set(entries.map(({ container }) => container))];
  return names.flatMap((name) => {
    const found = properties(root, name);
    const [, second] = found;
    // The client takes the last one, a reader sees the first.
    if (second) return [{ file: at(second), path: name, got: "it twice", expected: "it once", fix: FIX }];
    const value = found[0]?.children?.[1];
    const ours = entries.filter(({ container }) => container === name);
    const expected = ours[0]?.kind === "item" ? "array" : "object";
    if (value && value.type !== expected) {
      return [{ file: at(value), path: name, got: value.type, expected: `an ${expected}`, fix: FIX }];
    }
    return ours.flatMap(({ kind, key }) => {
      const [, again] = kind === "property" && value ? properties(value, key) : [];
      return again ? [{ file: at(again), path: `${name}.${key}`, got: "it twice", expected: "it once", fix: FIX }] : [];
    });
  });
}

function properties(object: Node, name: string): Node[] {
  return (object.children ?? []).filter((one) => one.children?.[0]?.value === name);
}

/** The object or list of an entry. */
export function container({ root }: Document, name: string): Node | undefined {
  return properties(root, name)[0]?.children?.[1];
}

/** The whole member: `"name": value`, or the item of a list. */
export function member(
  parent: Node | undefined,
  { kind, key, by = "id" }: Pick<Entry, "kind" | "key"> & { by?: string },
): Node | undefined {
  if (!parent) return undefined;
  if (kind === "property") return properties(parent, key)[0];
  const hasId = (item: Node) => properties(item, by)[0]?.children?.[1]?.value === key;
  return parent.children?.find(hasId);
}

/** The value of a member. */
export function valueNode(one: Node): Node {
  return one.type === "property" ? (one.children?.[1] ?? one) : one;
}

/** Text of a node. */
export function source({ text }: Document, { offset, length }: Node): string {
  return text.slice(offset, offset + length);
}

/** Position of the first comma between two positions, comments left out. */
export function commaBetween(text: string, start: number, end: number): number | undefined {
  const scanner = createScanner(text.slice(start, end), false);
  for (let kind = scanner.scan(); kind !== SyntaxKind.EOF; kind = scanner.scan()) {
    if (kind === SyntaxKind.CommaToken) return start + scanner.getTokenOffset();
  }
  return undefined;
}
