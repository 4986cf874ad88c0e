import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../lib/atomic-file";

/** The project. */
export const ROOT = join(__dirname, "../..");

/** What something was made from. It lies beside what was made. */
interface Recipe {
  /** How it was made. */
  options: string;
  /** Hash of every source file, by its path in the project. */
  files: Record<string, string>;
}

/**
 * True when making it now would make the same: the same options, and no file of the recipe has changed.
 * @param all every source file there is now, where one that is new would change what is made
 */
export function isCurrent(file: string, options: string, all: string[] = []): boolean {
  try {
    const made = JSON.parse(readFileSync(file, "utf8")) as Recipe;
    const isWhole = all.every((path) => path in made.files);
    const same = ([path, hash]: [string, string]) => hashOf(path) === hash;
    return made.options === options && isWhole && Object.entries(made.files).every(same);
  } catch {
    return false; // never made, made by another version, or made from a file that is gone
  }
}

/** Writes down what something was made from: last, because the recipe stands for all of it. */
export function writeRecipe(file: string, options: string, sources: string[]): void {
  const recipe: Recipe = { options, files: Object.fromEntries(sources.map((path) => [path, hashOf(path)])) };
  put(file, JSON.stringify(recipe, null, 2));
}

/** Several runs of the program may write it at once, with the same content. In the image another user reads it. */
export function put(file: string, content: string | Uint8Array): void {
  writeAtomically(file, content, { mode: 0o644 }); // .dockerignore knows the drafts
}

function hashOf(path: string): string {
  return createHash("sha256")
    .update(readFileSync(join(ROOT, path)))
    .digest("hex");
}
