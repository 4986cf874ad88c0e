import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { located } from "../../lib/findings";
import { type Problem, ProblemsError } from "../../lib/problems";
import { readText } from "../../lib/read-text";
import { parseYaml } from "../../lib/yaml";
import { zodFindings } from "../../lib/zod-findings";
import { overlaid, type Wishes } from "../../manifest/draft/wishes";
import { manifestSchema } from "../../manifest/schema";
import { PACKAGE_NAMES } from "../../manifest/server-json";
import type { BuiltSource, PackageSource } from "./source";

/** A package of Debian. */
export const DEBIAN_PACKAGE = /^[a-z0-9][a-z0-9+.-]+$/;

/** Bytes: a hundred times the largest there is. */
const LARGEST = 64 * 1024;

const text = z.string().min(1);
/** A package of PyPI with its extras and an exact version: nothing that pip takes for an option or an address. */
const PINNED = /^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(\[[A-Za-z0-9,._-]+\])?==[A-Za-z0-9][A-Za-z0-9.!+_-]*$/;

const recipeSchema = z.strictObject({
  /** The package, without a version. */
  for: z.string().regex(/^(npm|pypi):\S+$/, "a package, like npm:@scope/name or pypi:name"),
  /** The source of all this: the package's own pages. */
  docs: z.url({ protocol: /^https$/ }),
  /** The server's name. @default from the package's */
  name: text.optional(),
  /** Arguments of the program, before those that the user gives. @default none */
  arguments: z.array(text).default([]),
  /** Packages of PyPI to install beside it, with exact versions. @default none */
  with: z.array(z.string().regex(PINNED, "name==version")).default([]),
  /** Which of its programs. @default the one that is named like it */
  program: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/, "the name of a program, no path")
    .optional(),
  /** Packages of PyPI that have no wheel. @default none */
  fromSource: z.array(z.string().regex(PACKAGE_NAMES.pypi, "a package of PyPI")).default([]),
  /** Packages of Debian that the image has to have. @default none */
  apt: z.array(z.string().regex(DEBIAN_PACKAGE, "a package of Debian")).default([]),
  /** Variables that only the user knows, and what they are: the draft says that they are to be filled in. @default none */
  ask: z.record(z.string().regex(/^[A-Za-z_]\w*$/, "the name of a variable"), text).default({}),
  /** Keys of the manifest. @default none */
  manifest: z.partialRecord(z.enum(Object.keys(manifestSchema.shape)), z.unknown()).default({}),
  /** What else to know. @default none */
  notes: z.array(text).default([]),
});

/** What a package needs to do its job. A file of `recipes/`. */
export type Recipe = z.output<typeof recipeSchema>;

/** Every recipe of a project. @throws ProblemsError with every problem of every file */
export function readRecipes(root: string): Recipe[] {
  const folder = join(root, "recipes");
  const problems: Problem[] = [];
  const recipes = (existsSync(folder) ? readdirSync(folder) : [])
    .filter((file) => file.endsWith(".yaml"))
    .sort()
    .flatMap((file) => {
      const shown = `recipes/${file}`;
      const { size, isRegular } = sizeOf(join(folder, file));
      if (!isRegular || size > LARGEST) {
        const got = isRegular ? `${size} bytes` : "no file of its own";
        problems.push({ file: shown, path: "(the file)", got, expected: `a file of at most ${LARGEST} bytes` });
        return [];
      }
      const parsed = parseYaml(readText(join(folder, file)));
      if (parsed.findings) problems.push(...located(parsed.findings, shown));
      if (parsed.findings) return [];
      const { data, error } = recipeSchema.safeParse(parsed.document);
      if (error) problems.push(...located(zodFindings(error, parsed.document, recipeSchema), shown, parsed.locate));
      return data ? [data] : [];
    });
  if (problems.length > 0) throw new ProblemsError(problems);
  return recipes;
}

/** What is there, without following a link: one would show what is elsewhere in an error. */
function sizeOf(path: string): { size: number; isRegular: boolean } {
  const found = lstatSync(path);
  return { size: found.size, isRegular: found.isFile() };
}

/** The recipe for a package. */
export function recipeFor({ kind, name }: PackageSource | BuiltSource, recipes: Recipe[]): Recipe | undefined {
  return recipes.find((recipe) => recipe.for === `${kind}:${name}`);
}

/** Packages with a recipe that have a word in their name, as `memory` is one of npm:@modelcontextprotocol/server-memory. */
export function packagesNamed(word: string, recipes: Recipe[]): string[] {
  const wanted = word.toLowerCase();
  return recipes
    .map((recipe) => recipe.for)
    .filter((name) =>
      name
        .split(/[^a-z0-9]+/)
        .slice(1)
        .includes(wanted),
    );
}

/** What a recipe asks for. Variables that the user has to fill in are there, and empty. */
export function wishesOf({ apt, ask, manifest }: Recipe): Wishes {
  const env = Object.fromEntries(Object.keys(ask).map((name) => [name, ""]));
  const asked = Object.keys(env).length > 0 ? { env } : {};
  return { apt, manifest: overlaid(asked, manifest), toldWaysOut: true };
}
