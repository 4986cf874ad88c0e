import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { isWithin } from "../../lib/folder-paths";
import { oneLine } from "../../lib/plain-text";
import type { Start, Surroundings, Understood, WantedFolder } from "./start";

/** An argument that names a place of this machine: the whole of it, or what stands behind an option's `=`. */
export const PLACE =
  /^(--?[\w-]+=)?((~|\.{0,2}[/\\]|[A-Za-z]:[/\\]|\$\{(?:workspaceFolder|userHome|HOME)\}|\$HOME\/).*)$/s;
/** Where a mount shows nothing, or is closed to the server's user. */
const OWN_PLACES = /^\/(tmp|run|proc|sys|dev|root|var|usr|etc|app|bin|lib|sbin)(\/|$)/;

/**
 * A place of this machine as an absolute path.
 * @returns undefined for a relative one when nobody knows from where, and for what is no path here
 */
export function placeOf(text: string, { home, folder }: Surroundings): string | undefined {
  const filled = text
    .replace(/^(~|\$\{userHome\}|\$\{HOME\}|\$HOME)(?=\/|$)/, () => home)
    .replace(/^\$\{workspaceFolder\}(?=\/|$)/, () => folder ?? "");
  if (/^[A-Za-z]:[\\/]|\0/.test(filled)) return undefined;
  return isAbsolute(filled) ? resolve(filled) : folder === undefined ? undefined : resolve(folder, filled);
}

/** A folder of this machine, without links; or why it is none. Only looked at. */
export function existingFolder(text: string, where: Surroundings): string | { why: string } {
  const path = placeOf(text, where);
  if (path === undefined) return { why: "is a path that this machine does not know" };
  try {
    const real = realpathSync(path);
    const found = lstatSync(real);
    if (found.isDirectory()) return real;
    return { why: found.isFile() ? "is a file, and what can be lent is a folder" : "is no folder" };
  } catch {
    return { why: "is not there" };
  }
}

/**
 * Finds the places of this machine in a program's arguments: each becomes a folder to lend, and the argument its place in
 * the container. Of a local server, what lies in its own folder comes with it.
 */
export function lentArguments(start: Start, where: Surroundings): Understood {
  const folders: WantedFolder[] = [...(start.folders ?? [])];
  const args: string[] = [];
  for (const argument of start.args) {
    const [, option = "", text] = PLACE.exec(argument) ?? [];
    const own = text === undefined ? undefined : within(text, start, where);
    if (text === undefined) args.push(argument);
    else if (own !== undefined) args.push(option + own);
    else {
      const found = lentPlace(text, where);
      if ("why" in found) return { why: `its argument ${oneLine(text, 200)} ${found.why}` };
      const outer = folders.find(({ path }) => isWithin(found.folder, path));
      const folder = outer ?? { path: found.folder, at: placeFor(found.folder, folders) };
      if (!outer) folders.push(folder);
      args.push(option + join(folder.at, found.real.slice(folder.path.length)));
    }
  }
  // The inner one of two that lie in each other is there with the outer one.
  const nested = folders.find((one) => folders.some((other) => other !== one && isWithin(one.path, other.path)));
  if (nested) return { why: `its arguments name ${nested.path}, and a folder around it: name the outer one first` };
  return { ...start, args, folders };
}

/** Variables of a server, and those of them that name a folder to lend. */
export interface LentVariables {
  env: Record<string, string>;
  folders: WantedFolder[];
  /** Names of the variables that became places in the container. */
  places: string[];
}

/** Finds folders of this machine in a server's variables: each of those becomes its place in the container. */
export function lentVariables(env: Record<string, string>, lent: WantedFolder[], where: Surroundings): LentVariables {
  const folders = [...lent];
  const places: string[] = [];
  const changed = Object.entries(env).map(([name, value]): [string, string] => {
    const path = /^(~|\/|\$\{(userHome|HOME|workspaceFolder)\})/.test(value) ? existingFolder(value, where) : undefined;
    if (typeof path !== "string") return [name, value];
    const outer = folders.find((one) => isWithin(path, one.path));
    const folder = outer ?? { path, at: placeFor(path, folders) };
    if (!outer) folders.push(folder);
    places.push(name);
    return [name, join(folder.at, path.slice(folder.path.length))];
  });
  return { env: Object.fromEntries(changed), folders, places };
}

/** A folder, or the folder of a file. */
function lentPlace(text: string, where: Surroundings): { folder: string; real: string } | { why: string } {
  const folder = existingFolder(text, where);
  if (typeof folder === "string") return { folder, real: folder };
  const path = placeOf(text, where);
  if (path === undefined || !folder.why.startsWith("is a file")) return folder;
  const real = realpathSync(path);
  return { folder: dirname(real), real };
}

/** The path in the image, of what lies in a local server's own folder. */
function within(text: string, { source }: Start, where: Surroundings): string | undefined {
  if (source.kind !== "local" || source.start?.script === undefined) return undefined;
  const path = placeOf(text, where);
  if (path === undefined || path === source.path || !isWithin(path, source.path)) return undefined;
  return `/app${path.slice(source.path.length)}`;
}

/** Where a folder is in the container: at its own path, so that people and models call it as ever; else below /folders. */
export function placeFor(path: string, others: WantedFolder[]): string {
  if (!OWN_PLACES.test(path)) return path;
  const name = basename(path);
  const taken = others.filter(({ at }) => at === `/folders/${name}` || at.startsWith(`/folders/${name}-`)).length;
  return `/folders/${taken === 0 ? name : `${name}-${taken + 1}`}`;
}
