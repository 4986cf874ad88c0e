import { join } from "node:path";
import { parseJson } from "../../lib/json";
import { isMapping } from "../../lib/mapping";
import type { CatalogEntry } from "../../manifest/catalog-entry";
import { PACKAGE_NAMES } from "../../manifest/server-json";
import { gitSource } from "../add/git/source";
import { dockerfilePins } from "./dockerfile";
import { imagePin } from "./image-name";
import { keyOf, type Pin, pypiPin } from "./pin";

/** What a server's files say: a file's text by its path, undefined for one that is not there. */
export type ReadFile = (path: string) => string | undefined;

/** How `servers add` says in a manifest's first line which commit the server was made from. */
const FROM_GIT = /^# .*: made by `servers add` from (git\+\S+)\.$/;

/**
 * Everything of a server or a shared service that somebody else may have a newer version of: its image or what that is
 * built on, packages that are pinned, and its repository.
 * @param manifest the text of its manifest
 */
export function pinsOf({ folder, document }: CatalogEntry, manifest: string, read: ReadFile): Pin[] {
  if (!isMapping(document)) return [];
  const git = gitPin(manifest);
  const companions = Array.isArray(document.services) ? document.services.filter(isMapping) : [];
  const pins = [
    ...(git ? [git] : []),
    ...[document, ...companions].flatMap((one) => partPins(one, folder, read, !git)),
  ];
  return [...new Map(pins.map((pin) => [keyOf(pin), pin])).values()];
}

function gitPin(manifest: string): Pin | undefined {
  const [, from] = FROM_GIT.exec(manifest.split("\n")[0] ?? "") ?? [];
  if (from === undefined) return undefined;
  try {
    const { url, commit } = gitSource(from);
    return { kind: "git", name: url, have: commit };
  } catch {
    return undefined; // somebody wrote something else there
  }
}

/** @param own true where what the folder's files list is the user's choice; that of a repository is its own business */
function partPins({ image, build }: Record<string, unknown>, folder: string, read: ReadFile, own: boolean): Pin[] {
  if (typeof image === "string") return [imagePin(image)];
  if (!isMapping(build)) return [];
  const { context: inside = ".", dockerfile = "Dockerfile", args } = build;
  const context = join(folder, String(inside));
  const text = read(join(context, String(dockerfile))) ?? "";
  const pins = dockerfilePins(text, isMapping(args) ? args : {});
  return own ? [...npmPins(context, read), ...pypiPins(context, read), ...pins] : pins;
}

/** What package.json asks for, at the version of the lock file, or at an exact one. */
function npmPins(context: string, read: ReadFile): Pin[] {
  const own = parseJson(read(join(context, "package.json")) ?? "");
  const lock = parseJson(read(join(context, "package-lock.json")) ?? "");
  const wanted = isMapping(own) && isMapping(own.dependencies) ? own.dependencies : {};
  const locked = isMapping(lock) && isMapping(lock.packages) ? lock.packages : {};
  return Object.entries(wanted).flatMap(([name, range]): Pin[] => {
    const there = locked[`node_modules/${name}`];
    const have = isMapping(there) ? there.version : range;
    const isExact = typeof have === "string" && /^\d+\.\d+\.\d+[\w.+-]*$/.test(have);
    return isExact && PACKAGE_NAMES.npm.test(name) ? [{ kind: "npm", name, have }] : [];
  });
}

/** What requirements.in asks for at an exact version; without such a file, all of requirements.txt. */
function pypiPins(context: string, read: ReadFile): Pin[] {
  const text = read(join(context, "requirements.in")) ?? read(join(context, "requirements.txt")) ?? "";
  return text.split("\n").flatMap((line) => pypiPin(line) ?? []);
}
