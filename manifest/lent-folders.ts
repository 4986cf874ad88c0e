import type { Problem } from "../lib/problems";
import type { Manifest } from "./types";

/** A folder's name: what it is, and how a problem says so. */
export const FOLDER_NAME: [RegExp, string] = [
  /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/,
  "a name of small letters, digits and '-', at most 32 characters",
];

/** What the stack's config says of a folder of the host, as far as manifests meet it. */
export interface LentFolder {
  access: "read-only" | "read-write";
  /** Names of the servers that get it. */
  servers: string[];
}

/** The stack's config, as far as manifests meet it. */
export interface Lending {
  folders: Record<string, LentFolder>;
  /** The file that lends. */
  file: string;
}

/** A server, and how problems name its manifest. */
interface Declared {
  manifest: Manifest;
  file: string;
}

/** A problem of a server's manifest, at the index of a mount. */
interface MountProblem extends Pick<Problem, "got" | "expected" | "fix"> {
  mount: number;
}

/** Folders that a manifest mounts and the config does not lend to its server. */
export function notLent({ name, mounts }: Manifest, { folders, file }: Lending): MountProblem[] {
  const lent = Object.keys(folders).filter((folder) => folders[folder]?.servers.includes(name));
  return mounts.flatMap(({ folder }, mount): MountProblem[] => {
    if (folder === undefined || lent.includes(folder)) return [];
    const expected = `a folder that the stack lends to ${name}: ${lent.join(", ") || "it lends it none"}`;
    const fix = Object.hasOwn(folders, folder)
      ? `add ${name} to folders.${folder}.servers in ${file}`
      : `lend it in ${file}: folders: {${folder}: {path: /the/folder, access: read-only, servers: [${name}]}}`;
    return [{ mount, got: JSON.stringify(folder), expected, fix }];
  });
}

/**
 * Folders that are lent to a server that is not there, or that mounts them nowhere: a misspelt name, or a wall opened for nobody.
 * @param servers the servers that run, or that are checked
 * @param known names of all servers of the catalog, right or wrong
 */
export function lentInVain(servers: Declared[], known: string[], { folders, file }: Lending): Problem[] {
  return Object.entries(folders).flatMap(([folder, { servers: names }]) =>
    names.flatMap((name, index): Problem[] => {
      const at = { file, path: `folders.${folder}.servers.${index}`, got: JSON.stringify(name) };
      if (!known.includes(name)) {
        const expected = `servers of the catalog: ${known.join(", ") || "it has none"}`;
        return [{ ...at, expected, fix: "correct the spelling, or remove it" }];
      }
      const server = servers.find(({ manifest }) => manifest.name === name);
      if (!server || server.manifest.mounts.some((mount) => mount.folder === folder)) return [];
      const mount = `\`mounts: [{folder: ${folder}, path: /${folder}}]\``;
      return [{ ...at, expected: "a server that mounts it", fix: `add ${mount} to ${server.file}, or remove it here` }];
    }),
  );
}

/** The manifest with no more access to folders than the config gives. */
export function withAccess(manifest: Manifest, folders: Record<string, LentFolder>): Manifest {
  const isReadOnly = (folder: string | undefined): boolean =>
    folder !== undefined && folders[folder]?.access !== "read-write";
  const mounts = manifest.mounts.map((mount) => (isReadOnly(mount.folder) ? { ...mount, readOnly: true } : mount));
  return { ...manifest, mounts };
}
