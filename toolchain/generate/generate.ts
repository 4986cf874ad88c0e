import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A file that is made of code, in whole or in part. */
export interface Generated {
  /** Its path in the project. */
  file: string;
  /** What it should hold. `stored` is what it holds now: a page keeps what stands around its generated part. */
  content(stored: string): string | Promise<string>;
}

const BIOME = join(__dirname, "../../node_modules/.bin/biome");

/** A value as the text of a JSON file, formatted as the linter wants it. */
export function json(value: unknown): string {
  const input = JSON.stringify(value);
  return execFileSync(BIOME, ["format", "--stdin-file-path=generated.json"], { input, encoding: "utf8" });
}

/**
 * Brings generated files up to date.
 * @param check only look
 * @returns the files that differ, or differed, from what they should hold
 */
export async function generate(list: Generated[], root: string, check: boolean): Promise<string[]> {
  const different: string[] = [];
  for (const { file, content } of list) {
    const path = join(root, file);
    const stored = existsSync(path) ? readFileSync(path, "utf8") : "";
    const made = await content(stored);
    if (made === stored) continue;
    different.push(file);
    if (!check) writeFileSync(path, made);
  }
  return different;
}
