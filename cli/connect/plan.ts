import { type Problem, ProblemsError } from "../../lib/problems";
import { holds, put, remove, removeEmpty, replaceSource, valueIn } from "./edit";
import { container, type Entry, readDocument, shapeProblems } from "./jsonc";

/** A client's configuration as it was before us, and what we put there. */
export interface Connected {
  /** Text before the first connection; null when there was no file. */
  original: string | null;
  /** What each stack put there, by the stack's name. */
  stacks: Record<string, Entry[]>;
  /** Text after the last connection or disconnection. */
  written: string;
}

const BOM = "\uFEFF";

/** Runs an edit on the text behind a byte order mark; an empty file is an object without members. */
function edited(text: string | null, edit: (text: string) => string): string {
  const mark = text?.startsWith(BOM) ? BOM : "";
  const rest = (text ?? "").slice(mark.length);
  return mark + edit(rest.trim() === "" ? "{}\n" : rest);
}

/** The text with all entries. */
function withEntries(text: string | null, entries: Entry[], file: string): string {
  return edited(text, (start) => entries.reduce((all, entry) => put(all, entry, file), start));
}

/** A text without its byte order mark. */
export const behindMark = (text: string): string => (text.startsWith(BOM) ? text.slice(BOM.length) : text);
const isBlank = (text: string | null): text is null => text === null || behindMark(text).trim() === "";

/**
 * The text without our entries. It is the earlier text to the byte, unless somebody else changed it since; then only
 * our entries go, and what they had replaced comes back.
 */
function withoutUs(current: string | null, { original, stacks, written }: Connected, file: string): string | null {
  if (current === null || current === written || current === original) return current === null ? null : original;
  const before = isBlank(original) ? undefined : readDocument(behindMark(original), file);
  const entries = Object.values(stacks).flat();
  const rest = edited(current, (text) => {
    const without = entries.reduce((all, entry) => {
      const replaced = before && valueIn(before, entry);
      return replaced ? replaceSource(all, entry, replaced.source, file) : remove(all, entry, file);
    }, text);
    const ours = [...new Set(entries.map((entry) => entry.container))].filter(
      (name) => !before || !container(before, name),
    );
    return ours.reduce((all, name) => removeEmpty(all, name, file), without);
  });
  return original === null && /^\{\s*\}$/.test(behindMark(rest).trim()) ? null : rest;
}

/** What to connect. */
export interface Wanted {
  stack: string;
  entries: Entry[];
  /** How problems name the file. */
  file: string;
  /** Takes the place of other servers of these names; `disconnect` puts them back. */
  force: boolean;
}

/** What a file becomes, and what is to be remembered of it. */
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
  const { stack, entries, file } = wanted;
  // A stack may be called `constructor`.
  const mine = (record && Object.hasOwn(record.stacks, stack) && record.stacks[stack]) || [];
  if (record && current !== null && mine.length === entries.length && entries.every((one) => mine.some(same(one)))) {
    const document = readDocument(behindMark(current), file);
    // Our entries are there already, whatever else was changed: nothing to write, and the record stays right.
    if (entries.every((entry) => holds(document, entry))) return { text: current, record };
  }
  const original = record ? withoutUs(current, record, file) : current;
  const { [stack]: _, ...others } = record?.stacks ?? {};
  // An entry that `--force` replaced stays ours until `disconnect` puts it back.
  const found = problems(original, others, { ...wanted, mine });
  if (found.length > 0) throw new ProblemsError(found);
  const stacks = { ...others, [stack]: entries };
  return written(original, stacks, file);
}

/** A client's configuration without a stack's entries. */
export function disconnected(current: string | null, record: Connected, stack: string, file: string): Change {
  const { [stack]: _, ...others } = record.stacks;
  const original = withoutUs(current, record, file);
  return current === null || Object.keys(others).length === 0 ? { text: original } : written(original, others, file);
}

function written(original: string | null, stacks: Connected["stacks"], file: string): Change {
  const text = withEntries(original, Object.values(stacks).flat(), file);
  return { text, record: { original, stacks, written: text } };
}

/** Tells whether an entry has the place of another one. */
export const sameName = (one: Entry) => (other: Entry) => one.container === other.container && one.key === other.key;
const same = (one: Entry) => (other: Entry) => JSON.stringify(one) === JSON.stringify(other);

/** What stands in the way, all at once. */
function problems(
  original: string | null,
  others: Record<string, Entry[]>,
  { entries, file, force, mine }: Wanted & { mine: Entry[] },
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
  const document = readDocument(behindMark(original), file);
  const shape = shapeProblems(document, entries, file);
  if (shape.length > 0) return [...shape, ...taken];
  const foreign = entries.filter(
    (entry) => !force && !isOurs(entry) && valueIn(document, entry) && !holds(document, entry),
  );
  return [
    ...taken,
    ...foreign.map(({ container: name, key }): Problem => {
      const fix = "--name NAME for another one; or --force, which takes its place until disconnect puts it back";
      return { file, path: `${name}.${key}`, got: "another server of this name", expected: "a name that is free", fix };
    }),
  ];
}
