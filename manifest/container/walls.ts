import { parseBytes } from "../../lib/sizes";
import type { Resources, Scratch } from "../types";
import type { ContainerSpec } from "./container-types";
import { fileLimit, type Storing } from "./storage-folders";

/** What the walls of a server or a companion are made of. */
export interface Walled extends Storing {
  resources: Resources;
  scratch: Scratch;
  sharedMemory: string;
  /** Folders in memory, beside /tmp, that are its own. */
  tmpfs: string[];
}

/** @throws RangeError for what is no size; parseManifest lets none pass */
export function bytes(size: string): number {
  const read = parseBytes(size);
  if (read === undefined) throw new RangeError(`got ${size}, expected a size like 256m`);
  return read;
}

/** The folders in memory that it may write to. */
function temporary({ scratch, tmpfs, user }: Walled): Record<string, string> {
  const options = `rw,nosuid,nodev,${scratch.exec ? "exec" : "noexec"}`;
  const own = `${options},mode=0700,uid=${user},gid=${user},size=${scratch.size}`;
  return {
    "/tmp": `${options},mode=1777,size=${scratch.size}`,
    ...Object.fromEntries(tmpfs.map((path) => [path, own])),
  };
}

/** The walls that servers and companions have in common. */
export function walls(walled: Walled) {
  const { user, resources, sharedMemory } = walled;
  const memory = bytes(resources.memory);
  return {
    user: `${user}:${user}`,
    tmpfs: temporary(walled),
    sharedMemory: bytes(sharedMemory),
    memory,
    memorySwap: memory,
    cpus: String(resources.cpus),
    ulimits: [
      { name: "core", soft: 0, hard: 0 }, // a core dump would hold secrets
      ...fileLimit(walled),
      { name: "nofile", soft: 8_192, hard: 8_192 },
      { name: "nproc", soft: resources.processes, hard: resources.processes }, // one user a container makes it its limit
    ],
    logDriver: "json-file",
    logOptions: { "max-file": "2", "max-size": "5m" },
    restart: "unless-stopped",
    readOnly: true,
    capDrop: ["ALL"],
    securityOptions: ["no-new-privileges:true"],
  } satisfies Partial<ContainerSpec>;
}
