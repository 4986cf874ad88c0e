import { createInterface } from "node:readline/promises";
import { plain } from "../../lib/plain-text";
import { typedValue } from "../secrets/value";
import type { Access } from "./lend";
import type { WantedFolder } from "./start";

/** True when there is somebody to ask. */
export const isAttended = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

/** Asks at the terminal. @returns the answer in small letters */
export async function question(text: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(plain(text))).trim().toLowerCase();
  } finally {
    terminal.close();
  }
}

/** Asks what a server may do in a folder; read-only unless told. */
export async function askAccess(entry: string, { path, readOnly }: WantedFolder): Promise<Access> {
  const choices = readOnly ? "[r]ead-only or [n]ot at all" : "[r]ead-only, to read and [w]rite, or [n]ot at all";
  const answer = await question(`${entry} works on ${path}. Lend it ${choices}? [r] `);
  if (/^(w|rw|read-write)/.test(answer)) return readOnly ? "read-only" : "read-write";
  return answer === "" || answer.startsWith("r") ? "read-only" : "none";
}

/** Asks for a secret's value, which is not shown; undefined when nothing is typed. */
export async function askValue(server: string, secret: string): Promise<string | undefined> {
  const value = await typedValue(`${server}: the value of ${secret}; it is not shown (nothing: later):`);
  return value === "" ? undefined : value;
}
