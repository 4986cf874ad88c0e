import type { z } from "zod";
import type { Problem } from "./problems";
import { hasUrlPassword } from "./url-password";

/** A key path in a document. */
export type Path = (string | number)[];

/** Finds the line of a key path in the file it came from; for an absent key, of what should hold it. */
export type Locate = (path: Path) => number | undefined;

/** The keys that the mapping at a path of a document may have. */
export type KnownKeys = (path: Path, document: unknown) => string[];

/** One thing that is wrong, before it is known which file it is in. */
export interface Finding extends Omit<Problem, "file" | "path"> {
  path: Path;
}

/** What may hold secrets that somebody wrote in the wrong place: of these only the type is shown. */
const HIDDEN = [/^env\b/, /^build\.args\b/, /^transport\.command\b/, /^secrets(\.\d+)?$/];
const LONGEST = 60;

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value === "boolean") return "true or false without quotes";
  return typeof value === "string" ? "text" : "a number";
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<string | number, unknown> | null | undefined)?.[key], value);
}

/** The value at a path for people to see: short, and never where a secret might stand. */
export function shown(document: unknown, path: Path): string {
  const value = valueAt(document, path);
  const hidden = HIDDEN.some((pattern) => pattern.test(path.join(".")));
  if (hidden || typeof value === "object" || value === undefined) return typeOf(value);
  if (hasUrlPassword(String(value))) return "text with a password in it";
  const text = JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

function issueFindings(issue: z.core.$ZodIssue, document: unknown, knownKeys: KnownKeys): Finding[] {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key],
      got: "an unknown key",
      expected: `one of ${knownKeys(path, document).join(", ")}`,
      fix: "correct the key's spelling, or remove it",
    }));
  }
  // The key itself is wrong: its value says nothing.
  if (issue.code === "invalid_key") {
    const expected = issue.issues[0]?.message ?? issue.message;
    return [{ path, got: JSON.stringify(String(path.at(-1))), expected }];
  }
  return [{ path, got: shown(document, path), expected: issue.message }];
}

/** Zod's issues as findings. */
export function zodFindings(error: z.ZodError, document: unknown, knownKeys: KnownKeys): Finding[] {
  return error.issues.flatMap((issue) => issueFindings(issue, document, knownKeys));
}

/** Findings with their place in a file. */
export function located(findings: Finding[], file: string, locate?: Locate): Problem[] {
  return findings.map(({ path, ...finding }) => {
    const line = locate?.(path);
    return { file: line ? `${file}:${line}` : file, path: path.join(".") || "(the file)", ...finding };
  });
}
