import { isDeepStrictEqual } from "node:util";
import { type Problem, ProblemsError } from "../../lib/problems";
import type { Entry, Format } from "./formats/format";

/** A client's configuration as it was before us, and what we put there. */
export interface Connected {
  /** Text before the first connection; null when there was no file. */
  original: string | null;
  /** What each stack put there, by the stack's name. */
  stacks: Record<string, Entry[]>;
  /** What each stack took out, because it has those servers itself. @default nothing */
  without?: Record<string, Entry[]>;
  /** Text after the last connection or disconnection. */
  written: string;
}

const BOM = "\uFEFF";

/** Runs an edit on the text behind a byte order mark. */
function edited(text: string | null, { empty }: Format, edit: (text: string) => string): string {
  const mark = text?.startsWith(BOM) ? BOM : "";
  const rest = (text ?? "").slice(mark.length);
  return mark + edit(rest.trim() === "" ? empty : rest);
}

/** The text with all entries. */
export function withEntries(text: string | null, entries: Entry[], format: Format, file: string): string {
  return edited(text, format, (start) => entries.reduce((all, entry) => format.put(all, entry, file), start));
}

/** The text without these entries. */
function removed(text: string, entries: Entry[], format: Format, file: string): string {
  return edited(text, format, (start) => entries.reduce((all, entry) => format.remove(all, entry, file), start));
}

function holds(text: string, entry: Entry, format: Format, file: string): boolean {
  const now = format.valueIn(text, entry, file);
  return now !== undefined && isDeepStrictEqual(now.value, entry.value);
}

/** A text without its byte order mark. */
export const behindMark = (text: string): string => (text.startsWith(BOM) ? text.slice(BOM.length) : text);
const isBlank = (text: string | null): text is null => text === null || behindMark(text).trim() === "";

/**
 * The text without our entries. It is the earlier text to the byte, unless somebody else changed it since; then only
 * our entries go, and what they had replaced comes back.
 */
function withoutUs(
  current: string | null,
  { original, stacks, without = {}, written }: Connected,
  format: Format,
  file: string,
): string | null {
  if (current === null || current === written || current === original) return current === null ? null : original;
  const before = isBlank(original) ? undefined : behindMark(original);
  const entries = Object.values(stacks).flat();
  const takenOut = Object.values(without).flat();
  const rest = edited(current, format, (changed) => {
    const isThere = (entry: Entry) => format.valueIn(changed, entry, file) !== undefined;
    const text = takenOut
      .filter((entry) => !isThere(entry))
      .reduce((all, entry) => format.put(all, entry, file), changed);
    const left = entries.reduce((all, entry) => {
      const replaced = before === undefined ? undefined : format.valueIn(before, entry, file);
      return replaced ? format.putBack(all, entry, replaced.source, file) : format.remove(all, entry, file);
    }, text);
    const ours = [...new Set(entries.map((entry) => entry.container))].filter(
      (name) => before === undefined || !format.hasContainer(before, name, file),
    );
    return ours.reduce((all, name) => format.removeEmpty(all, name, file), left);
  });
  return original === null && format.isNothing(behindMark(rest)) ? null : rest;
}

/** What to connect. */
export interface Wanted {
  stack: string;
  entries: Entry[];
  /** What goes out of the file, until `disconnect` puts it back. @default nothing more than what has gone before */
  without?: Entry[];
  /** What the file is written in. */
  format: Format;
  /** How problems name the file. */
  file: string;
  /** Takes the place of other servers of these names; `disconnect` puts them back. */
  force: boolean;
}

/** A file's new text, and the record of it. */
export interface Change {
  /** The file's text; null when there is none. */
  text: string | null;
  /** Absent when nothing of us is left. */
  record?: Connected;
}

/**
 * A client's configuration with a stack's entries.
 * @param current the file's text; null when there is none
 * @param record what is known from before
 * @throws ProblemsError when the file is broken, or has something else by these names
 */
export function connected(current: string | null, record: Connected | undefined, wanted: Wanted): Change {
  const { stack, entries, format, file } = wanted;
  // A stack may be called `constructor`.
  const mine = (record && Object.hasOwn(record.stacks, stack) && record.stacks[stack]) || [];
  if (record && current !== null && mine.length === entries.length && entries.every((one) => mine.some(same(one)))) {
    // Our entries are there already. So there is nothing to write, and the record stays valid, whatever else has
    // changed.
    const text = behindMark(current);
    const isDone =
      entries.every((entry) => holds(text, entry, format, file)) &&
      (wanted.without ?? []).every((entry) => format.valueIn(text, entry, file) === undefined);
    if (isDone) return { text: current, record };
  }
  const original = record ? withoutUs(current, record, format, file) : current;
  const { [stack]: _, ...others } = record?.stacks ?? {};
  // An entry that `--force` replaced stays ours until `disconnect` puts it back.
  const found = problems(original, others, { ...wanted, mine });
  if (found.length > 0) throw new ProblemsError(found);
  const stacks = { ...others, [stack]: entries };
  const before = (record?.without && Object.hasOwn(record.without, stack) && record.without[stack]) || [];
  const gone = [...before.filter((one) => !wanted.without?.some(sameName(one))), ...(wanted.without ?? [])].filter(
    (one) => !entries.some(sameName(one)),
  );
  const without = { ...record?.without, ...(gone.length > 0 ? { [stack]: gone } : {}) };
  return written(original, { stacks, without }, format, file);
}

/** A client's configuration without a stack's entries. */
export function disconnected(
  current: string | null,
  record: Connected,
  { stack, format, file }: Pick<Wanted, "stack" | "format" | "file">,
): Change {
  const { [stack]: _, ...others } = record.stacks;
  const original = withoutUs(current, record, format, file);
  const last = current === null || Object.keys(others).length === 0;
  const { [stack]: _gone, ...without } = record.without ?? {};
  return last ? { text: original } : written(original, { stacks: others, without }, format, file);
}

function written(
  original: string | null,
  { stacks, without = {} }: Pick<Connected, "stacks" | "without">,
  format: Format,
  file: string,
): Change {
  const put = withEntries(original, Object.values(stacks).flat(), format, file);
  const text = removed(put, Object.values(without).flat(), format, file);
  const record = { original, stacks, written: text };
  return { text, record: Object.keys(without).length === 0 ? record : { ...record, without } };
}

/** Tells whether an entry has the place of another one. */
export const sameName = (one: Entry) => (other: Entry) => one.container === other.container && one.key === other.key;
const same = (one: Entry) => (other: Entry) => JSON.stringify(one) === JSON.stringify(other);

/** Everything that stands in the way. */
function problems(
  original: string | null,
  others: Record<string, Entry[]>,
  { entries, format, file, force, mine }: Wanted & { mine: Entry[] },
): Problem[] {
  const isOurs = (one: Entry) => mine.some(sameName(one));

  const taken = Object.entries(others).flatMap(([stack, theirs]) =>
    theirs.flatMap((their): Problem[] => {
      const clash = entries.some(sameName(their));
      const path = `${their.container}.${their.key}`;
      const fix = `--name NAME for another one; or disconnect --stack ${stack} first`;
      return clash
        ? [{ file, path, got: `the entry of the stack ${stack}`, expected: "a name that is free", fix }]
        : [];
    }),
  );
  if (isBlank(original)) return taken;
  const text = behindMark(original);
  const shape = format.problems(text, entries, file);
  if (shape.length > 0) return [...shape, ...taken];
  const isThere = (entry: Entry) => format.valueIn(text, entry, file) !== undefined;
  const foreign = entries.filter(
    (entry) => !force && !isOurs(entry) && isThere(entry) && !holds(text, entry, format, file),
  );
  return [
    ...taken,
    ...foreign.map(({ container: name, key }): Problem => {
      const fix = "--name NAME for another one; or --force, which takes its place until disconnect puts it back";
      return { file, path: `${name}.${key}`, got: "another server of this name", expected: "a name that is free", fix };
    }),
  ];
}
