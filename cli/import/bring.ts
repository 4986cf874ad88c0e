import { join } from "node:path";
import type { Settings } from "../../config/settings";
import { oneLine } from "../../lib/plain-text";
import { ProblemsError } from "../../lib/problems";
import { together, type Wishes } from "../../manifest/draft/wishes";
import { catalogNames } from "../../manifest/load-catalog";
import type { Machine } from "../../stack/folders/host-folders";
import { isFrom, type Place, plan } from "../add/plan";
import { type Recipe, recipeFor, wishesOf } from "../add/recipes";
import { originOf } from "../add/server-json";
import type { Source } from "../add/source";
import { CliError } from "../errors";
import type { ClientServer, Named } from "./client-server";
import { lentVariables } from "./folders";
import { type ConfigChanges, keepServer } from "./keeping";
import { type Access, type Lent, lending, mountsOf } from "./lend";
import { namesFor } from "./names";
import type { Start, Surroundings, WantedFolder } from "./start";
import { understand } from "./understand";
import { sortVariables } from "./variables";

/** What became of one server of the file. No value of a variable is in it. */
export interface Brought {
  /** Its name in the file. */
  entry: string;
  /** The project that the file has it for, where it has those of several. */
  project?: string;
  /** Its name here; absent when it was not brought. */
  name?: string;
  /** True when an import before this one has brought it. */
  there?: boolean;
  /** What it is made from. */
  from?: string;
  /** Why it was not brought. */
  why?: string;
  /** What is to be filled in, and to be known. */
  needs: string[];
  notes: string[];
  /** Secrets with a value in the file, and those without. */
  secrets: string[];
  open: string[];
  /** Folders of this machine that it gets. */
  folders: { path: string; at: string; access: string }[];
}

/** How to bring one. */
export interface Bringing {
  place: Omit<Place, "name" | "wishes">;
  recipes: Recipe[];
  dryRun: boolean;
  where: Surroundings;
  machine: Machine;
  /** The config's folders. Those that are lent meanwhile are put there. */
  folders: Settings["folders"];
  changes: ConfigChanges;
  /** What a server may do in a folder of the user's. */
  access(entry: string, folder: WantedFolder): Promise<Access>;
  /** The digest of an image with a tag, or with none. @returns undefined when nobody here knows it */
  digest(reference: string): Promise<string | undefined>;
  /** A secret's value that the file does not hold. @returns undefined when nobody says it */
  value(server: string, secret: string): Promise<string | undefined>;
}

/** What is told of a server that was not brought. */
export const notBrought = (entry: string, why: string): Brought => {
  return { entry, why, needs: [], notes: [], secrets: [], open: [], folders: [] };
};

/** Makes a folder of the catalog from one server of a client: all of it or nothing. What is wrong with it keeps no other from its turn. */
export async function bring({ name: entry, server, why, project }: Named, all: Bringing): Promise<Brought> {
  if (!server) return notBrought(entry, why ?? "its entry is not understood: expected command, args, env as texts");
  if (project === undefined) return bringStarted(entry, server, all);
  return { ...(await bringStarted(entry, server, { ...all, where: { ...all.where, folder: project } })), project };
}

async function bringStarted(entry: string, server: ClientServer, how: Bringing): Promise<Brought> {
  const start = understand(server, how.where);
  if ("why" in start) return notBrought(entry, start.why);
  try {
    return await brought(entry, server, start, how);
  } catch (error) {
    if (error instanceof CliError) return notBrought(entry, error.message);
    if (!(error instanceof ProblemsError)) throw error;
    return notBrought(entry, error.problems.map(({ path, got }) => `${path}: ${got}`).join("; "));
  }
}

async function brought(entry: string, server: ClientServer, start: Start, how: Bringing): Promise<Brought> {
  const { place, changes, dryRun } = how;
  const source = await pinned(start.source, how);
  if ("why" in source) return notBrought(entry, source.why);
  const recipe = "name" in source ? recipeFor(source, how.recipes) : undefined;
  const origin = await originOf(source, { args: start.args, recipe });
  const names = namesFor(entry);
  const there = names.find((one) => isFrom(join(place.folder, one), origin.from));
  if (there !== undefined)
    return { ...notBrought(entry, ""), why: undefined, name: there, there: true, from: origin.from };
  const taken = catalogNames([...new Set([...place.catalog, place.folder])], place.root);
  const name = names.find((one) => !taken.includes(one));

  const variables = lentVariables(environment(server, start), start.folders ?? [], how.where);
  const { wishes, values, open, notes } = sortVariables(variables.env, recipe, variables.places);
  Object.assign(values, start.values);
  open.push(...(start.open ?? []));
  const lent = await lending(variables.folders, how.folders, how.machine, (folder) => how.access(entry, folder));
  if ("why" in lent) return notBrought(entry, lent.why);
  const mounts = lent.length > 0 ? { mounts: mountsOf(lent) } : {};
  const own: Wishes = { apt: [], manifest: { ...start.manifest, ...mounts }, toldWaysOut: false };
  const all = together(recipe ? together(wishesOf(recipe), wishes) : wishes, own);
  const planned = plan(origin, { ...place, name, wishes: all });

  const asked = planned.secrets.filter((secret) => !Object.hasOwn(values, secret));
  const missing = [...new Set([...open, ...asked])];
  if (!dryRun) {
    for (const secret of missing) {
      const value = await how.value(planned.name, secret);
      if (value !== undefined) values[secret] = value;
    }
    await keepServer({ planned, values, lent }, changes);
  }
  remember(lent, planned.name, how.folders);
  return {
    ...{ entry, name: planned.name, from: planned.from, needs: planned.needs, secrets: Object.keys(values) },
    open: missing.filter((secret) => !Object.hasOwn(values, secret)),
    notes: [...(start.notes ?? []), ...notes, ...planned.notes],
    folders: lent.map(({ path, at, access }) => ({ path, at, access })),
  };
}

/** An image by its digest, where somebody here knows it: a tag can mean another image tomorrow. */
async function pinned(source: Source, { digest }: Bringing): Promise<Source | { why: string }> {
  if (source.kind !== "image" || source.reference.includes("@sha256:")) return source;
  const reference = await digest(source.reference);
  if (reference !== undefined) return { kind: "image", reference };
  // The draft asks to pin a version's tag; `latest` is no version.
  if (/:(?!latest$)[^/:]+$/.test(source.reference)) return source;
  const image = oneLine(source.reference, 100);
  return { why: `nobody here knows the digest of ${image}: after \`docker pull ${image}\` it can come` };
}

/** A container gets the variables that its command line names, any other program all. */
function environment({ env }: ClientServer, start: Start): Record<string, string> {
  // One without a value is the start's, where that has one.
  const given = Object.entries(env).filter(([name, value]) => value !== "" || !start.env?.[name]);
  if (start.source.kind !== "image") return { ...start.env, ...Object.fromEntries(given) };
  const named = Object.entries(start.env ?? {});
  return Object.fromEntries(
    named.map(([name, value]) => [name, value || (Object.hasOwn(env, name) ? (env[name] ?? "") : "")]),
  );
}

/** The next server of the file may get the same folder. */
function remember(lent: Lent[], server: string, folders: Settings["folders"]): void {
  for (const { name, path, access } of lent) {
    const before = folders[name];
    folders[name] = {
      ...(before ?? { path, access, wholeHome: false }),
      servers: [...(before?.servers ?? []), server],
    };
  }
}
