import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** A process, by its program's name. */
export interface Listener {
  pid: number;
  name: string;
}

const LISTENING = "0A";

/**
 * The processes that listen on a TCP port of this machine, whatever the address. Without root those of others are not seen;
 * neither are those in other network namespaces.
 */
export function listenersOn(port: number): Listener[] {
  const sockets = new Set(["tcp", "tcp6"].flatMap((table) => socketsOf(read(`/proc/net/${table}`), port)));
  if (sockets.size === 0) return [];
  return list("/proc").flatMap((entry): Listener[] => {
    if (!/^\d+$/.test(entry)) return [];
    const folder = `/proc/${entry}`;
    const has = list(`${folder}/fd`).some((fd) => sockets.has(link(`${folder}/fd/${fd}`)));
    const name = basename(link(`${folder}/exe`)) || read(`${folder}/comm`).trim();
    return has ? [{ pid: Number(entry), name }] : [];
  });
}

/** What the links to the sockets read, of the kernel's table of them. */
export function socketsOf(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return table.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/);
    return local.endsWith(suffix) && state === LISTENING ? [`socket:[${inode}]`] : [];
  });
}

/** What is not there any more, or not ours to see, is empty. */
function quiet<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
const read = (path: string): string => quiet(() => readFileSync(path, "utf8"), "");
const link = (path: string): string => quiet(() => readlinkSync(path), "");
const list = (path: string): string[] => quiet(() => readdirSync(path), []);
