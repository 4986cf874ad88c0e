import { type BigIntStats, lstatSync, realpathSync, statfsSync, statSync } from "node:fs";
import { release } from "node:os";
import { dirname } from "node:path";
import { cannotMapOwners } from "./file-systems";
import type { Refusal } from "./places";
import { socketIn } from "./sockets";

/** By these the engine knows a folder again. */
export interface Identity {
  /** Decimal. */
  inode: string;
  uid: number;
  gid: number;
}

/**
 * Looks at a folder of this machine.
 * @param writable servers may write in it
 * @param wholeHome the config says that a whole home may be lent, with the sockets of the programs that keep them there
 * @param groups groups that are as good as root
 * @returns what it is, or why it cannot be lent
 */
export function lookAt(
  path: string,
  { writable, wholeHome }: { writable: boolean; wholeHome: boolean },
  groups: number[],
): Identity | Refusal {
  const refused = (what: string, expected: string, fix: string): Refusal => {
    return { got: `${JSON.stringify(path)}, ${what}`, expected, fix };
  };
  try {
    const real = realpathSync(path);
    if (real !== path) return refused(`a link to ${real}`, "a path without links", `set the path to ${real}`);
    const stats = lstatSync(path, { bigint: true });
    if (!stats.isDirectory()) return refused(kind(stats), "a folder", "lend the folder that it is in");
    const found: Identity = { inode: String(stats.ino), uid: Number(stats.uid), gid: Number(stats.gid) };
    const socket = socketIn(path, wholeHome);
    if (socket) {
      const fix = "move the socket, or choose a folder without";
      return refused(`which holds the socket ${socket}`, "a folder through which nobody reaches a program", fix);
    }
    const unmapped = cannotMapOwners(statfsSync(path).type, release());
    if (unmapped) {
      const fix = "choose a folder on a local disk (ext4, xfs, btrfs)";
      return refused(unmapped, "a folder whose owner can be the server's user", fix);
    }
    if (!writable || !isPrivileged(found, groups) || isClosed(path)) return found;
    const expected =
      "an ordinary user's and group's: what servers write in root's is root's, and may run with its rights";
    const fix = "chown it, lend it read-only, or move it below a folder that only root enters, like /root";
    return refused(`which belongs to ${found.uid}:${found.gid}`, expected, fix);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === "ENOENT" ? "which is not there" : `which cannot be looked at (${code})`;
    return refused(what, "a folder that exists", "make it, or correct the path");
  }
}

function kind(stats: BigIntStats): string {
  if (stats.isSocket()) return "a socket";
  return stats.isFile() ? "a file" : "a device or a pipe";
}

function isPrivileged({ uid, gid }: Identity, groups: number[]): boolean {
  return uid === 0 || groups.includes(gid);
}

/** True when a folder above it keeps out everybody but root: nobody on the host runs what a server wrote there. */
function isClosed(path: string): boolean {
  for (let at = dirname(path); at !== "/"; at = dirname(at)) {
    const { uid, mode } = statSync(at);
    if (uid === 0 && (mode & 0o011) === 0) return true;
  }
  return false;
}
