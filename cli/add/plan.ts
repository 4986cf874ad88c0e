import { existsSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { oneLine } from "../../lib/plain-text";
import { type Problem, ProblemsError } from "../../lib/problems";
import { freeUser } from "../../manifest/draft/free-user";
import type { Wishes } from "../../manifest/draft/wishes";
import { catalogEntries, MANIFEST } from "../../manifest/load-catalog";
import { manifestSchema } from "../../manifest/schema";
import { CliError, ExitCode } from "../errors";
import { type Draft, draft } from "./draft";
import type { Origin } from "./origin";
import { taken as takenIn } from "./taken";
import { taken } from "./write";

/** Where a server goes, and as what. */
export interface Place {
  /** The project's folder. */
  root: string;
  /** All folders of the catalog, absolute; the first is the default. */
  catalog: string[];
  /** The folder to put the server's folder into, absolute. */
  folder: string;
  /** @default from the source's name */
  name?: string;
  /** @default that of the server that is replaced, or the lowest that nobody has */
  user?: number;
  /** Which of a document's packages. @default the most complete one */
  package?: string;
  /** A server of that name in `folder` is replaced. */
  force: boolean;
  /** Wishes beyond what the source says. @default nothing */
  wishes?: Wishes;
}

/** What to write, and what to say about it. */
export interface Plan extends Draft {
  from: string;
  /** Absolute path of the server's folder. */
  target: string;
  replaces: boolean;
}

/**
 * Decides on name, user and files of a new server.
 * @param place one that checkPlace lets pass
 * @throws CliError or ProblemsError when it cannot be added
 */
export function plan({ document, from, notes, otherNames = [], ask, local }: Origin, place: Place): Plan {
  const { root, folder, force } = place;
  const inUse = takenIn(catalogEntries([...new Set([...place.catalog, folder])], root));
  // The name is known with the draft, and the user may be that of the server of this name.
  const first = place.user ?? freeUser(inUse.users);
  if (first === undefined) throw new CliError("users: got none that is free, expected one from 11001 to 14995");
  const which = {
    ...(place.package === undefined ? {} : { package: place.package }),
    wishes: place.wishes,
    ask,
    local,
  };
  const named = draft(document, from, { name: place.name, user: first, ...which });
  const others =
    place.name === undefined && !force && !isFrom(inUse.names.get(named.name)?.folder, from) ? otherNames : [];
  const name = [named.name, ...others].find((one) => !inUse.names.has(one)) ?? named.name;
  const guess = name === named.name ? named : draft(document, from, { name, user: first, ...which });
  const there = inUse.names.get(name);
  const target = join(folder, name);
  if (there && there.folder !== target) {
    const fix = `--name NAME for another one${force ? "; --force replaces it only in its own folder" : ""}`;
    throw new CliError(`name: got ${name}, expected another one than ${there.file} has`, ExitCode.Usage, fix);
  }
  const replaces = existsSync(target);
  if (replaces && !force) throw taken(shownPath(target, root));
  const user = place.user ?? there?.user ?? first;
  const owner = inUse.users.get(user);
  if (owner !== undefined && owner !== there?.file) {
    const fix = "leave --user out for the lowest that nobody has";
    throw new CliError(`--user: got ${user}, expected another user than ${owner} has`, ExitCode.Usage, fix);
  }
  const unknown = inUse.unreadable
    .filter((file) => file !== there?.file)
    .map((file) => `${file} cannot be read, so ${user} may be its user too; servers validate says what is wrong`);
  const made = user === first ? guess : draft(document, from, { name, user, ...which });
  return { ...made, from, target, replaces, notes: [...notes, ...unknown, ...made.notes] };
}

/**
 * True when `servers add` made that folder from this source, in any version. Then it is this very server, not just one
 * with its name.
 */
export function isFrom(folder: string | undefined, from: string): boolean {
  const file = join(folder ?? "", MANIFEST);
  if (!folder || !existsSync(file)) return false;
  const source = from.replace(/(@|==)[^@=]*$/, "");
  const [line = ""] = readFileSync(file, "utf8").split("\n");
  return [`${source}@`, `${source}==`, `${oneLine(from)}.`].some((text) => line.includes(` from ${text}`));
}

/** Checks what the user said about the place, before anybody is asked anything. @throws ProblemsError with every problem */
export function checkPlace({ name, user, folder, root }: Place): void {
  const problems: Problem[] = [];
  const check = (option: string, field: "name" | "user", value: string | number | undefined): void => {
    const { error } = manifestSchema.shape[field].safeParse(value);
    if (value === undefined || !error) return;
    const got = Number.isNaN(value) ? "no number" : `${value}`;
    problems.push({ file: "options", path: option, got, expected: error.issues[0]?.message ?? "another" });
  };
  check("--name", "name", name);
  check("--user", "user", user);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    const got = shownPath(folder, root);
    problems.push({
      file: "options",
      path: "the catalog's folder",
      got,
      expected: "a folder that exists",
      fix: `mkdir ${got}`,
    });
  }
  if (problems.length > 0) throw new ProblemsError(problems);
}

/** A path as it is in the project's config: relative to the project when it is in there. */
export function shownPath(path: string, root: string): string {
  const inside = relative(root, path);
  return inside === "" || inside.startsWith("..") || isAbsolute(inside) ? path : inside;
}
