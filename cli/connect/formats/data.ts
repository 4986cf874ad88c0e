import { isDeepStrictEqual } from "node:util";
import { type Problem, ProblemsError } from "../../../lib/problems";
import type { Data, Entry } from "./format";
import { FIX } from "./text";

export const isData = (value: unknown): value is Data =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** What an entry means, as a file has it. */
export function meaning(data: Data, { container, key, kind, by = "id" }: Entry): unknown {
  const members = own(data, container);
  if (kind === "property") return isData(members) ? own(members, key) : undefined;
  return Array.isArray(members) ? members.find((item) => isData(item) && own(item, by) === key) : undefined;
}

const own = (data: Data, key: string): unknown => (Object.hasOwn(data, key) ? data[key] : undefined);

/** What is wrong with a file as a whole. */
export const whole = (file: string, got: string, expected: string): Problem => ({
  file,
  path: "(the file)",
  got,
  expected,
  fix: FIX,
});

/**
 * An edited text, when it means what the text before meant, but for the entry.
 * @throws ProblemsError when it does not: a file may be written in ways that no edit here knows
 */
export function checked(before: Data, after: () => Data, text: string, entry: Entry, file: string): string {
  const { container, key, kind, by = "id" } = entry;
  const others = ({ [container]: members, ...rest }: Data) => {
    const isOther = (item: unknown) => !isData(item) || own(item, by) !== key;
    if (kind === "item") return [rest, Array.isArray(members) ? members.filter(isOther) : []];
    const { [key]: _, ...left } = isData(members) ? members : {};
    return [rest, left];
  };
  if (isDeepStrictEqual(others(before), others(readable(after)))) return text;
  const fix = "write the entry by hand (--dry-run shows it), or name another file with --file";
  throw new ProblemsError([{ file, path: container, got: "a layout that cannot be edited", expected: "another", fix }]);
}

/** What an edit broke means nothing. */
function readable(after: () => Data): Data {
  try {
    return after();
  } catch (error) {
    if (error instanceof ProblemsError) return {};
    throw error;
  }
}

/** What every kind of file has to be. */
export function lineProblems(text: string, file: string): Problem[] {
  return /\r(?!\n)/.test(text) ? [whole(file, "lines that end in CR alone", "LF or CRLF")] : [];
}

/** Begin of the line a position is in. */
export const lineStart = (text: string, offset: number): number => text.lastIndexOf("\n", offset - 1) + 1;

/** End of the line a position is in, with its line break. */
export function lineEnd(text: string, offset: number): number {
  const at = text.indexOf("\n", offset);
  return at === -1 ? text.length : at + 1;
}

/** How a text ends its lines. */
export const eolOf = (text: string): string => (text.includes("\r\n") ? "\r\n" : "\n");

/** What has to come before a new line at this position. */
export const breakBefore = (text: string, offset: number): string =>
  offset === 0 || text[offset - 1] === "\n" ? "" : eolOf(text);
