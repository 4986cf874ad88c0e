import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Settings } from "../../config/settings";
import { isMapping } from "../../lib/mapping";
import { type Problem, ProblemsError } from "../../lib/problems";
import type { Wishes } from "../../manifest/draft/wishes";
import { FOLDER_NAME } from "../../manifest/lent-folders";
import type { Machine } from "../../stack/folders/host-folders";
import { placeFor } from "../import/folders";
import { type Access, configOf, type Lent, lending, mountsOf } from "../import/lend";
import type { WantedFolder } from "../import/start";

/** A folder of this machine that the user gives to a server. */
interface Given extends WantedFolder {
  name: string;
}

/** NAME=/PATH, then where it is in the container, then ro or rw. */
const FORM = /^([^=]*)=([^:]+)(?::(\/[^:]*))?(?::(ro|rw))?$/s;
const EXPECTED = "NAME=/PATH, NAME=/PATH:rw or NAME=/PATH:/IN/CONTAINER:rw";

/** The folders of the options, which are there. @throws ProblemsError with everything that is wrong with their form */
function given(texts: string[]): Given[] {
  const problems: Problem[] = [];
  const refuse = (got: string, expected: string): void =>
    void problems.push({ file: "options", path: "--folder", got: JSON.stringify(got), expected });
  const [pattern, name_] = FOLDER_NAME;
  const all: Given[] = [];
  for (const text of texts) {
    const [, name = "", written = "", at, access = "ro"] = FORM.exec(text) ?? [];
    const path = realPath(written.replace(/^~(?=\/|$)/, homedir));
    if (written === "") refuse(text, EXPECTED);
    else if (!pattern.test(name)) refuse(name, name_);
    else if (path === undefined) refuse(written, "a folder of this machine that is there");
    else if (all.some((other) => other.name === name)) refuse(name, "another name for each folder");
    else all.push({ name, path, at: at ?? placeFor(path, all), readOnly: access === "ro" });
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  return all;
}

/** A folder's path without links, as the config has it; undefined for what is not there. */
function realPath(path: string): string | undefined {
  try {
    return path === "" ? undefined : realpathSync(resolve(path));
  } catch {
    return undefined;
  }
}

/**
 * The folders that the user gives to a server: looked at, and refused where nobody may lend them.
 * @param texts values of `--folder`
 * @throws ProblemsError with what is wrong
 */
export async function lentFolders(
  texts: string[],
  { folders }: Pick<Settings, "folders">,
  machine: Machine,
): Promise<Lent[]> {
  const all = given(texts);
  if (all.length === 0) return [];
  const access = async ({ readOnly }: WantedFolder): Promise<Access> => (readOnly ? "read-only" : "read-write");
  const problems: Problem[] = [];
  const lent: Lent[] = [];
  for (const one of all) {
    const where = { file: "options", path: `--folder ${one.name}` };
    const other = folders[one.name];
    if (other && other.path !== one.path) {
      const fix = "another name, or that folder's own path";
      problems.push({ ...where, got: one.path, expected: `what the config lends by that name: ${other.path}`, fix });
      continue;
    }
    const found = await lending([one], folders, machine, access);
    if ("why" in found)
      problems.push({ ...where, got: found.why.replace(/^it works on /, ""), expected: "a folder that can be lent" });
    // Lent already, by another name: that is the one to mount.
    else lent.push(...found.map((entry) => ({ ...entry, name: entry.known ? entry.name : one.name })));
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  return lent;
}

/** What a recipe asks for, with those folders in the place of what it has at the same paths. */
export function withFolders(wishes: Wishes, lent: Lent[]): Wishes {
  if (lent.length === 0) return wishes;
  const { mounts = [], ...rest } = wishes.manifest;
  const places = lent.map(({ at }) => join(at));
  const kept = (Array.isArray(mounts) ? mounts : []).filter(
    (one) => !isMapping(one) || !places.includes(String(one.path)),
  );
  return { ...wishes, manifest: { ...rest, mounts: [...kept, ...mountsOf(lent)] } };
}

/** What the config has to say for a server to get them; nothing for those that it gets already. */
export function lendingConfig(
  lent: Lent[],
  server: string,
  { folders }: Pick<Settings, "folders">,
): [path: string, value: string][] {
  return configOf(
    lent.filter(({ name }) => !folders[name]?.servers.includes(server)),
    server,
  );
}
