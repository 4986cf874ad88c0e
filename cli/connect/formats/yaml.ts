// Own edits over the parser's positions: the library keeps comments when it writes, but not everybody's layout.
import { isDeepStrictEqual } from "node:util";
import {
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { type Problem, ProblemsError } from "../../../lib/problems";
import { breakBefore, checked, eolOf, lineEnd, lineProblems, lineStart, meaning, whole } from "./data";
import type { Data, Entry, Format } from "./format";
import { applied, FIX, place } from "./text";

interface Document {
  /** Undefined when there is nothing in the file. */
  root?: YAMLMap;
  data: Data;
}

/** @throws ProblemsError when it is no YAML, or no map */
function read(text: string, file: string): Document {
  const problems = lineProblems(text, file);
  try {
    const document = parseDocument(text);
    for (const { message, pos } of document.errors) {
      // Without the lines of the file that the library shows.
      const got = message.split(/ at line \d/)[0] ?? "";
      problems.push({ file: `${file}:${place(text, pos[0])}`, path: "(the file)", got, expected: "YAML", fix: FIX });
    }
    if (problems.length === 0) {
      if (document.contents === null) return { data: {} };
      if (isMap(document.contents)) return { root: document.contents, data: document.toJS() };
      problems.push(whole(file, "YAML without a map at the top", "a map"));
    }
  } catch (error) {
    // Aliases that stand for too much, or for nothing.
    if (error instanceof ReferenceError) problems.push(whole(file, "aliases that cannot be followed", "others"));
    else if (error instanceof RangeError) problems.push(whole(file, "YAML that is nested too deeply", "less"));
    else throw error;
  }
  throw new ProblemsError(problems);
}

/** A part of a text. */
interface Span {
  start: number;
  end: number;
}

const startOf = (node: unknown): number => (node as { range?: [number, number, number] }).range?.[0] ?? 0;
const endOf = (node: unknown): number => (node as { range?: [number, number, number] }).range?.[1] ?? 0;

function pairOf(map: YAMLMap | undefined, name: string): Pair | undefined {
  return map?.items.find(({ key }) => isScalar(key) && key.value === name);
}

/** The member of a map, or the item of a list; undefined when it is not there. */
function memberOf(members: unknown, { key, kind, by = "id" }: Entry): unknown {
  if (kind === "property") return isMap(members) ? pairOf(members, key) : undefined;
  const isOurs = (item: unknown) => {
    const known = isMap(item) ? pairOf(item, by)?.value : undefined;
    return isScalar(known) && known.value === key;
  };
  return isSeq(members) ? members.items.find(isOurs) : undefined;
}

/** From a member's first character to its last. */
function inner(text: string, one: unknown): Span {
  const { key, value } = one as Partial<Pair>;
  if (key === undefined) return { start: startOf(one), end: endOf(one) };
  const end = value ? endOf(value) : endOf(key);
  const start = startOf(key);
  return { start, end: start + text.slice(start, Math.max(end, endOf(key))).trimEnd().length };
}

/** All lines of a member; in `{}` and `[]` only itself. */
function spanOf(text: string, parent: { flow?: boolean }, one: unknown): Span {
  const { start, end } = inner(text, one);
  return parent.flow
    ? { start, end }
    : { start: lineStart(text, start), end: lineEnd(text, start + text.slice(start, end).trimEnd().length) };
}

const indentationAt = (text: string, offset: number): string =>
  /^ */.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? "";

/** One step of indentation, as the file has it. */
function stepOf(text: string, root: YAMLMap | undefined): string {
  const nested = root?.items.map(({ value }) => value).find((value) => isMap(value) && !value.flow && value.items[0]);
  const indentation = isMap(nested) ? indentationAt(text, startOf(nested.items[0]?.key)) : "";
  return indentation || "  ";
}

/** Lines of a map or list with this one member. */
function lines(value: unknown, indentation: string, step: string, eol: string): string {
  const text = stringify(value, { indent: step.length, lineWidth: 0 });
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => indentation + line + eol)
    .join("");
}

const single = ({ key, kind, value }: Entry): unknown => (kind === "item" ? [value] : { [key]: value });
/** The same between `{}` or `[]`. */
const flowing = ({ key, kind, value }: Entry): string =>
  kind === "item" ? JSON.stringify(value) : `${JSON.stringify(key)}: ${JSON.stringify(value)}`;

/** The text with a member at the end of a map or list that has some, or is written with brackets. */
function appended(text: string, members: YAMLMap | YAMLSeq, entry: Entry, step: string): string {
  const last: unknown = members.items.at(-1);
  if (members.flow) {
    const close = endOf(members) - 1;
    const at = last === undefined ? close : inner(text, last).end;
    return applied(text, [{ start: at, end: at, text: (last === undefined ? "" : ", ") + flowing(entry) }]);
  }
  const at = spanOf(text, members, last).end;
  const first = members.items[0];
  const indentation = indentationAt(text, inner(text, first).start);
  const added = breakBefore(text, at) + lines(single(entry), indentation, step, eolOf(text));
  return applied(text, [{ start: at, end: at, text: added }]);
}

function put(text: string, entry: Entry, file: string): string {
  const { root, data } = read(text, file);
  if (isDeepStrictEqual(meaning(data, entry), entry.value)) return text;
  const done = (after: string) => checked(data, () => read(after, file).data, after, entry, file);
  const step = stepOf(text, root);
  const pair = pairOf(root, entry.container);
  const eol = eolOf(text);
  if (!root)
    return done(text + breakBefore(text, text.length) + lines({ [entry.container]: single(entry) }, "", step, eol));
  if (!pair)
    return done(appended(text, root, { ...entry, key: entry.container, kind: "property", value: single(entry) }, step));
  const members = pair.value;
  const found = memberOf(members, entry);
  if (found && isCollection(members)) {
    const span = spanOf(text, members, found);
    const indentation = indentationAt(text, inner(text, found).start);
    const source = members.flow ? flowing(entry) : lines(single(entry), indentation, step, eol);
    return done(applied(text, [{ ...span, text: source }]));
  }
  if (isCollection(members) && (members.flow || members.items.length > 0)) {
    return done(appended(text, members as YAMLMap | YAMLSeq, entry, step));
  }
  // `mcpServers:` and nothing, or `null`.
  const at = lineEnd(text, endOf(pair.key));
  const none = members ? { start: startOf(members), end: endOf(members), text: "" } : { start: at, end: at, text: "" };
  const indentation = indentationAt(text, startOf(pair.key)) + step;
  const added = breakBefore(text, at) + lines(single(entry), indentation, step, eol);
  return done(applied(text, [none, { start: at, end: at, text: added }]));
}

/** The text with this source in the place of a member. */
function exchanged(text: string, members: YAMLMap | YAMLSeq, one: unknown, source: string): string {
  const span = spanOf(text, members, one);
  const at = members.items.indexOf(one as never);
  const [before, after] = [members.items[at - 1], members.items[at + 1]];
  // Between brackets the comma goes with it.
  if (source === "" && members.flow && before) span.start = inner(text, before).end;
  else if (source === "" && members.flow && after) span.end = inner(text, after).start;
  return applied(text, [{ ...span, text: source }]);
}

/** The text with this source in the place of the entry. */
function replaced(text: string, entry: Entry, source: string, file: string): string {
  const { root, data } = read(text, file);
  const members = pairOf(root, entry.container)?.value;
  const found = memberOf(members, entry);
  if (!found || !isCollection(members)) return text;
  const after = exchanged(text, members as YAMLMap | YAMLSeq, found, source);
  return checked(data, () => read(after, file).data, after, entry, file);
}

function problems(text: string, entries: Entry[], file: string): Problem[] {
  const { root } = read(text, file);
  const names = [...new Set(entries.map(({ container }) => container))];
  return names.flatMap((name): Problem[] => {
    const members = pairOf(root, name)?.value;
    const isList = entries.some(({ container, kind }) => container === name && kind === "item");
    const isNone = !members || (isScalar(members) && members.value === null);
    if (isNone || (isList ? isSeq(members) : isMap(members))) return [];
    const at = `${file}:${place(text, startOf(members))}`;
    return [{ file: at, path: name, got: "something else", expected: isList ? "a list" : "a map", fix: FIX }];
  });
}

function removeEmpty(text: string, name: string, file: string): string {
  const { root } = read(text, file);
  const pair = pairOf(root, name);
  if (!root || !pair) return text;
  const { start, end } = spanOf(text, root, pair);
  const isEmpty = /^[^#\n]*:\s*(\{\s*\}|\[\s*\])?\s*$/.test(text.slice(start, end));
  return isEmpty ? exchanged(text, root, pair, "") : text;
}

/** YAML. */
export const yaml: Format = {
  empty: "",
  isNothing: (text) => text.trim() === "",
  data: (text, file) => read(text, file).data,
  problems,
  valueIn: (text, entry, file) => {
    const { root, data } = read(text, file);
    const members = pairOf(root, entry.container)?.value;
    const found = memberOf(members, entry);
    if (!found || !isCollection(members)) return undefined;
    const { start, end } = spanOf(text, members, found);
    return { value: meaning(data, entry), source: text.slice(start, end) };
  },
  hasContainer: (text, name, file) => pairOf(read(text, file).root, name) !== undefined,
  put,
  putBack: replaced,
  remove: (text, entry, file) => replaced(text, entry, "", file),
  removeEmpty,
};
