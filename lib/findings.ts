import { isExactNumber } from "./exact-json";
import type { Problem } from "./problems";
import { hasUrlPassword } from "./url-password";

/** A key path in a document. */
export type Path = (string | number)[];

/** Finds the line of a key path in the file it came from; for an absent key, of what should hold it. */
export type Locate = (path: Path) => number | undefined;

/** One thing that is wrong, without the file it is in. */
export interface Finding extends Omit<Problem, "file" | "path"> {
  path: Path;
  /** The line, if known already; otherwise the path leads to it. */
  line?: number;
}

/** Keys whose values may be a secret in the wrong place. Messages show only the type of such a value. */
const HIDDEN = [/^env\b/, /^build\.args\b/, /^transport\.command\b/, /^secrets(\.\d+)?$/];
const LONGEST = 60;

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (isExactNumber(value)) return "a number";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "boolean") return "true or false without quotes";
  return typeof value === "string" ? "text" : "a number";
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string | number, unknown> | null | undefined)?.[key], value);
}

/** Returns the value at a path, shortened for a message. Hides it where a secret might stand. */
export function shown(document: unknown, path: Path): string {
  const value = valueAt(document, path);
  const hidden = HIDDEN.some((pattern) => pattern.test(path.join(".")));
  if (hidden || typeof value === "object" || value === undefined) return typeOf(value);
  if (hasUrlPassword(String(value))) return "text with a password in it";
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

/** Findings with their place in a file. */
export function located(findings: Finding[], file: string, locate?: Locate): Problem[] {
  return findings.map(({ path, line = locate?.(path), ...finding }) => {
    return { file: line ? `${file}:${line}` : file, path: path.join(".") || "(the file)", ...finding };
  });
}
