import { basename } from "node:path";
import type { Settings } from "../../config/settings";
import type { Machine } from "../../stack/folders/host-folders";
import { lookAt } from "../../stack/folders/look";
import { refusedPlace } from "../../stack/folders/places";
import type { WantedFolder } from "./start";

/** What a server may do in a folder of the user's; `none`: it does not get it. */
export const ACCESS = ["read-only", "read-write", "none"] as const;
export type Access = (typeof ACCESS)[number];

/** A folder that a server gets, as the stack's config and the server's manifest say it. */
export interface Lent extends WantedFolder {
  name: string;
  access: Exclude<Access, "none">;
  /** True when the config lends it to others already. */
  known: boolean;
  /** Its place in the list of servers. */
  index: number;
}

type Folders = Settings["folders"];

/**
 * What the config has to say for a server to get these folders.
 * @param decide what the server may do in one; asked once for each
 * @returns why it cannot have them, when it cannot
 */
export async function lending(
  wanted: WantedFolder[],
  folders: Folders,
  machine: Machine,
  decide: (folder: WantedFolder) => Promise<Access>,
): Promise<Lent[] | { why: string }> {
  const lent: Lent[] = [];
  for (const one of wanted) {
    const refused = refusal(one.path, false, machine);
    if (refused) return { why: refused };
    const known = Object.entries(folders).find(([, { path }]) => path === one.path);
    const said = await decide(one);
    const access = said === "read-write" && one.readOnly ? "read-only" : said;
    if (access === "none") {
      return {
        why: `it works on ${one.path}: --folders read-only or read-write lends it that, with all that is in it`,
      };
    }
    const written = access === "read-write" ? refusal(one.path, true, machine) : undefined;
    if (written) return { why: written };
    if (known && access === "read-write" && known[1].access === "read-only") {
      return { why: `it works on ${one.path}, which the config lends read-only (folders.${known[0]})` };
    }
    const name = known?.[0] ?? freeName(one.path, [...Object.keys(folders), ...lent.map((other) => other.name)]);
    lent.push({ ...one, name, access, known: known !== undefined, index: known?.[1].servers.length ?? 0 });
  }
  return lent;
}

function refusal(path: string, writable: boolean, machine: Machine): string | undefined {
  const seen =
    refusedPlace(path, { wholeHome: false, writable }, machine) ??
    lookAt(path, { writable, wholeHome: false }, machine.groups);
  return "got" in seen
    ? `it works on ${seen.got}, which cannot be lent${writable ? " to write" : ""}: ${seen.fix}`
    : undefined;
}

function freeName(path: string, taken: string[]): string {
  const plain = basename(path)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, 28)
    .replace(/-+$/, "");
  const first = plain === "" ? "folder" : plain;
  for (let count = 1; ; count++) {
    const name = count === 1 ? first : `${first}-${count}`;
    if (!taken.includes(name)) return name;
  }
}

/** The mounts of the server's manifest. */
export function mountsOf(lent: Lent[]): { folder: string; path: string; readOnly: boolean }[] {
  return lent.map(({ name, at, access }) => ({ folder: name, path: at, readOnly: access !== "read-write" }));
}

/** Paths of the config with their values, which lend the folders to the server. */
export function configOf(lent: Lent[], server: string): [path: string, value: string][] {
  return lent.flatMap(({ name, path, access, known, index }): [string, string][] => [
    ...(known
      ? []
      : ([
          [`folders.${name}.path`, path],
          [`folders.${name}.access`, access],
        ] as [string, string][])),
    [`folders.${name}.servers[${index}]`, server],
  ]);
}
