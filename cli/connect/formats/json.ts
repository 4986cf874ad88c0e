// Own edits over the parser's tree: jsonc-parser's `modify` drops comments beside what it removes, and moves them when it adds.
import { isDeepStrictEqual } from "node:util";
import { type Node, parse } from "jsonc-parser";
import type { Entry, Format, Found } from "./format";
import {
  commaBetween,
  container,
  type Document,
  member,
  readDocument,
  shapeProblems,
  source,
  valueNode,
} from "./jsonc";
import { applied, type Edit } from "./text";

/** How a text is laid out. */
interface Layout {
  eol: string;
  /** One step of indentation. */
  step: string;
  /** Everything on one line. */
  compact: boolean;
}

function layoutOf({ text, root }: Document): Layout {
  const [first] = root.children ?? [];
  const step = (first && startsLine(text, first.offset) && indentationAt(text, first.offset)) || "  ";
  const compact = !text.includes("\n") && first !== undefined;
  return { eol: text.includes("\r\n") ? "\r\n" : "\n", step, compact };
}

/** The indentation of the line a position is in. */
function indentationAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

function rendered(value: unknown, { eol, step, compact }: Layout, indentation: string): string {
  return compact ? JSON.stringify(value) : JSON.stringify(value, null, step).replaceAll("\n", eol + indentation);
}

/** What an entry is now. */
function valueIn(document: Document, entry: Entry): Found | undefined {
  const found = member(container(document, entry.container), entry);
  if (!found) return undefined;
  const text = source(document, valueNode(found));
  return { value: parse(text, [], { allowTrailingComma: true }), source: text };
}

/** True when the entry is there, exactly so. */
function holds(document: Document, entry: Entry): boolean {
  const now = valueIn(document, entry);
  return now !== undefined && isDeepStrictEqual(now.value, entry.value);
}

/** Adds a member at the end; comments stay where they are, and so does the habit of a comma at the end. */
function insertion(document: Document, parent: Node, name: string | undefined, value: unknown): Edit[] {
  const { text } = document;
  const layout = layoutOf(document);
  const close = parent.offset + parent.length - 1;
  const last = parent.children?.at(-1);
  const lastEnd = last ? last.offset + last.length : parent.offset + 1;
  const comma = last && commaBetween(text, lastEnd, close);
  const at = text.slice(0, close).trimEnd().length;
  const outer = indentationAt(text, parent.offset);
  const inner = last && startsLine(text, last.offset) ? indentationAt(text, last.offset) : outer + layout.step;
  const label = name === undefined ? "" : `${JSON.stringify(name)}:${layout.compact ? "" : " "}`;
  const content = label + rendered(value, layout, inner) + (comma === undefined ? "" : ",");
  // A bracket that stood on the same line moves to one of its own.
  const sameLine = !text.slice(at, close).includes("\n");
  const added = layout.compact
    ? { start: at, end: at, text: content }
    : {
        start: at,
        end: sameLine ? close : at,
        text: layout.eol + inner + content + (sameLine ? layout.eol + outer : ""),
      };
  return last && comma === undefined ? [{ start: lastEnd, end: lastEnd, text: "," }, added] : [added];
}

function startsLine(text: string, offset: number): boolean {
  return /(^|\n)[ \t]*$/.test(text.slice(0, offset));
}

/** The text with the entry, in place of one of its name or at the end; the same text when it is there already. */
function put(text: string, entry: Entry, file: string): string {
  const document = readDocument(text, file);
  if (holds(document, entry)) return text;
  const parent = container(document, entry.container);
  if (!parent) {
    const empty = entry.kind === "item" ? [] : {};
    return put(applied(text, insertion(document, document.root, entry.container, empty)), entry, file);
  }
  const found = member(parent, entry);
  if (!found) {
    return applied(text, insertion(document, parent, entry.kind === "item" ? undefined : entry.key, entry.value));
  }
  const { offset, length } = valueNode(found);
  const value = rendered(entry.value, layoutOf(document), indentationAt(text, offset));
  return applied(text, [{ start: offset, end: offset + length, text: value }]);
}

/** The text with another source in the place of an entry's value. */
function putBack(text: string, entry: Entry, instead: string, file: string): string {
  const document = readDocument(text, file);
  const found = member(container(document, entry.container), entry);
  if (!found) return text;
  const { offset, length } = valueNode(found);
  return applied(text, [{ start: offset, end: offset + length, text: instead }]);
}

/** Takes a member out with its comma, and with its lines when nothing else is on them. */
function removal(text: string, parent: Node, node: Node): Edit[] {
  const end = node.offset + node.length;
  const after = commaBetween(text, end, parent.offset + parent.length - 1);
  const previous = parent.children?.filter(({ offset }) => offset < node.offset).at(-1);
  const previousEnd = previous && previous.offset + previous.length;
  const before =
    after === undefined && previousEnd !== undefined ? commaBetween(text, previousEnd, node.offset) : undefined;
  const stop = after === undefined ? end : after + 1;
  const [blank = ""] = /\r?\n?[ \t]*$/.exec(text.slice(0, node.offset)) ?? [];
  // The end of a line goes only when another one follows: it may be what ends a comment.
  const whole = blank.includes("\n") ? /^[ \t]*\r?\n/.test(text.slice(stop)) : true;
  return [
    ...(before === undefined ? [] : [{ start: before, end: before + 1, text: "" }]),
    { start: node.offset - (whole ? blank.length : 0), end, text: "" },
    ...(after === undefined ? [] : [{ start: after, end: after + 1, text: "" }]),
  ];
}

/** The text without the entry. */
function remove(text: string, entry: Entry, file: string): string {
  const document = readDocument(text, file);
  const parent = container(document, entry.container);
  const found = member(parent, entry);
  return parent && found ? applied(text, removal(text, parent, found)) : text;
}

/** The text without an object or list at the top, when there is nothing in it: no member, no comment. */
function removeEmpty(text: string, name: string, file: string): string {
  const document = readDocument(text, file);
  const found = member(document.root, { kind: "property", key: name });
  if (!found || !/^[[{]\s*[\]}]$/.test(source(document, valueNode(found)))) return text;
  return applied(text, removal(text, document.root, found));
}

/** JSON with comments and trailing commas. */
export const json: Format = {
  empty: "{}\n",
  isNothing: (text) => /^\{\s*\}$/.test(text.trim()),
  data: (text, file) => {
    readDocument(text, file);
    return parse(text, [], { allowTrailingComma: true });
  },
  problems: (text, entries, file) => shapeProblems(readDocument(text, file), entries, file),
  valueIn: (text, entry, file) => valueIn(readDocument(text, file), entry),
  hasContainer: (text, name, file) => container(readDocument(text, file), name) !== undefined,
  put,
  putBack,
  remove,
  removeEmpty,
};
