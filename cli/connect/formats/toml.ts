// Own edits over the parser's tree: no library writes TOML and leaves every other byte alone.
import { isDeepStrictEqual } from "node:util";
import { type Problem, ProblemsError } from "../../../lib/problems";
import { tomlTable } from "../../../lib/toml-text";
import { breakBefore, checked, eolOf, isData, lineEnd, lineProblems, lineStart, meaning, whole } from "./data";
import type { Data, Entry, Format } from "./format";
import { applied, FIX, place } from "./text";

/** What we use of the parser's tree. */
interface Node {
  type: string;
  /** Of a table: its name's parts. */
  resolvedKey?: (string | number)[];
  key?: Node;
  body?: Node[];
  range: [number, number];
}
interface Parser {
  parseTOML(text: string): { body: [Node] };
  getStaticTOMLValue(node: unknown): Data;
}
/** Loaded when it is needed: most commands do not. */
const parser = (): Parser => require("toml-eslint-parser");

interface Document {
  root: Node;
  data: Data;
}

/** @throws ProblemsError when it is no TOML */
function read(text: string, file: string): Document {
  const problems = lineProblems(text, file);
  try {
    const { parseTOML, getStaticTOMLValue } = parser();
    const tree = parseTOML(text);
    if (problems.length === 0) return { root: tree.body[0], data: getStaticTOMLValue(tree) };
  } catch (error) {
    if (error instanceof RangeError) problems.push(whole(file, "TOML that is nested too deeply", "less"));
    else if (error instanceof SyntaxError && "index" in error) {
      const at = `${file}:${place(text, Number(error.index))}`;
      problems.push({ file: at, path: "(the file)", got: error.message, expected: "TOML", fix: FIX });
    } else throw error;
  }
  throw new ProblemsError(problems);
}

/** From the first line of a table to its last one. */
interface Span {
  start: number;
  end: number;
}

/** An entry's tables: `[container.key]`, and those below it. */
function spans(text: string, { root }: Document, { container, key }: Entry): Span[] {
  const ours = (root.body ?? []).filter(
    ({ resolvedKey }) => resolvedKey?.[0] === container && String(resolvedKey[1]) === key,
  );
  return ours.map((table) => {
    const [, end] = (table.body?.at(-1) ?? table.key ?? table).range;
    return { start: lineStart(text, table.range[0]), end: lineEnd(text, end) };
  });
}

function rendered({ container, key, value }: Entry, eol: string): string {
  return tomlTable([container, key], value as Data).join(eol) + eol;
}

/** The text with this source in the place of the entry's tables. */
function replaced(text: string, source: string, { file, entry }: { file: string; entry: Entry }): string {
  const document = read(text, file);
  const [first, ...rest] = spans(text, document, entry);
  if (!first) return text;
  // With the entry goes the blank line that `put` sets before it.
  const [, blank = ""] = (source === "" && /\n(\r?\n)$/.exec(text.slice(0, first.start))) || [];
  const edits = [
    { start: first.start - blank.length, end: first.end, text: source },
    ...rest.map(({ start, end }) => ({ start, end, text: "" })),
  ];
  const after = applied(text, edits);
  return checked(document.data, () => read(after, file).data, after, entry, file);
}

function put(text: string, entry: Entry, file: string): string {
  const document = read(text, file);
  if (isDeepStrictEqual(meaning(document.data, entry), entry.value)) return text;
  const source = rendered(entry, eolOf(text));
  if (spans(text, document, entry).length > 0) return replaced(text, source, { file, entry });
  const blank = text.trim() === "" ? "" : eolOf(text);
  const after = text + breakBefore(text, text.length) + blank + source;
  return checked(document.data, () => read(after, file).data, after, entry, file);
}

function problems(text: string, entries: Entry[], file: string): Problem[] {
  const document = read(text, file);
  return entries.flatMap((entry): Problem[] => {
    const { container, key, value } = entry;
    const members = document.data[container];
    const header = tomlTable([container, key], {}).join("");
    if (members !== undefined && !isData(members)) {
      return [{ file, path: container, got: "no table", expected: "a table", fix: FIX }];
    }
    const found = meaning(document.data, entry);
    const own = found === undefined || isDeepStrictEqual(found, value) || spans(text, document, entry).length > 0;
    const fix = `give it a ${header} of its own; or --name NAME for another one`;
    return own
      ? []
      : [{ file, path: `${container}.${key}`, got: "another server of this name", expected: header, fix }];
  });
}

/** TOML. An entry is a table with a header of its own. */
export const toml: Format = {
  empty: "",
  isNothing: (text) => text.trim() === "",
  data: (text, file) => read(text, file).data,
  problems,
  valueIn: (text, entry, file) => {
    const document = read(text, file);
    const value = meaning(document.data, entry);
    const source = spans(text, document, entry).map(({ start, end }) => text.slice(start, end));
    return value === undefined ? undefined : { value, source: source.join("") };
  },
  hasContainer: (text, name, file) => Object.hasOwn(read(text, file).data, name),
  put,
  putBack: (text, entry, source, file) => replaced(text, source, { file, entry }),
  remove: (text, entry, file) => replaced(text, "", { file, entry }),
  // A table of tables needs no header, so we make none.
  removeEmpty: (text) => text,
};
