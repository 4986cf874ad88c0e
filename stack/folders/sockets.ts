import { existsSync, readdirSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { isWithin } from "../../lib/folder-paths";

/** The kernel's table of sockets. */
const TABLE = "/proc/net/unix";
/** A socket that accepts connections. */
const ACCEPTS = 0x1_0000;

/**
 * A socket in a folder, by its path there: any that lies in the folder itself, and, unless it is a whole home, one below
 * it that a program listens on.
 */
export function socketIn(folder: string, wholeHome: boolean): string | undefined {
  const own = readdirSync(folder, { withFileTypes: true }).find((entry) => entry.isSocket());
  if (own || wholeHome) return own?.name;
  const below = listening().find((path) => isWithin(path, folder));
  return below && relative(folder, below);
}

/** Absolute paths of listening sockets. A program may have named its own otherwise, or the name may be gone. */
function listening(): string[] {
  if (!existsSync(TABLE)) return [];
  return readFileSync(TABLE, "utf8")
    .split("\n")
    .flatMap((line) => {
      const [, flags = "", path] = /^\S+: \S+ \S+ (\S+) \S+ \S+ +\d+ (\/.*)$/.exec(line) ?? [];
      return path !== undefined && (Number.parseInt(flags, 16) & ACCEPTS) !== 0 ? [path] : [];
    });
}
