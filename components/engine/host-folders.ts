import { HOST_FOLDERS } from "../../manifest/container/container-spec";

/** A folder of the host that the engine lends, as it was when the program looked at it. */
export interface HostFolder {
  name: string;
  /** On the host. */
  path: string;
  readOnly: boolean;
  /** By these the engine knows the folder again; decimal. */
  inode: string;
  uid: number;
  gid: number;
  /** The servers that get it, and the user of each. */
  servers: { name: string; user: number }[];
}

/** They as volumes of the engine's container, in the order of their names. */
export function folderVolumes(
  folders: HostFolder[],
): { hostPath: string; containerPath: string; readOnly?: boolean }[] {
  return sorted(folders).map(({ name, path, readOnly }) => ({
    hostPath: path,
    containerPath: `${HOST_FOLDERS}/${name}`,
    ...(readOnly ? { readOnly } : {}),
  }));
}

/** What the engine is told of them: images/engine/folders.sh says how. */
export function folderList(folders: HostFolder[]): string {
  return sorted(folders)
    .flatMap(({ name, inode, uid, gid, servers }) =>
      sorted(servers).map((server) => [name, server.name, server.user, inode, uid, gid].join(":")),
    )
    .join(" ");
}

function sorted<Named extends { name: string }>(items: Named[]): Named[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : 1));
}
