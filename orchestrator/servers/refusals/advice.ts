import { posix } from "node:path";
import { RefusalKind } from "../../../api/refusal-kind";
import { isWithin } from "../../../lib/folder-paths";
import { MEBIBYTE, parseBytes } from "../../../lib/sizes";
import { PUBLIC, parseEgress, WEB_PORTS } from "../../../manifest/egress-hosts";
import type { Fragment } from "../../../manifest/fragment";
import { storageOf } from "../../../manifest/storage";
import type { Manifest } from "../../../manifest/types";
import type { Said } from "./said";

/** Why something was refused, and what in the manifest would allow it. */
export interface Advice {
  why: string;
  /** Absent where nothing in a manifest would. */
  add?: Fragment;
}

/** Where programs are. What is written there is written beside a program. */
const PROGRAMS = /\/(node_modules|site-packages|dist-packages)(\/|$)|^\/(usr|lib|lib64|bin|sbin|opt|boot|etc)(\/|$)/;
const KERNEL = /^\/(proc|sys|dev)(\/|$)/;
const HOMES = /^\/(root|home\/[^/]+)(\/|$)/;
const CACHE = /^(\/.*?\/\.?cache)(\/|$)/;

/** What would allow what a program said it was refused. Pure. */
export function adviceFor(said: Said, manifest: Manifest): Advice {
  switch (said.kind) {
    case RefusalKind.Host:
      return hostAdvice(said.what, manifest);
    case RefusalKind.Write:
      return writeAdvice(said, manifest);
    case RefusalKind.Run:
      return runAdvice(said.what, manifest);
    case RefusalKind.Room:
      return roomAdvice(said.what, manifest);
    case RefusalKind.Memory:
      return { why: "it needs more memory", add: { resources: { memory: doubled(manifest.resources.memory) } } };
    case RefusalKind.Processes: {
      const processes = Math.min(manifest.resources.processes * 2, 32_768);
      return { why: "it may start no more processes and threads", add: { resources: { processes } } };
    }
    case RefusalKind.Processor: {
      const cpus = Math.min(manifest.resources.cpus * 2, 64);
      return { why: "it had to wait for its share of the processors", add: { resources: { cpus } } };
    }
    case RefusalKind.Files:
      return { why: "8192 open files are the most that a server may have" };
  }
}

function hostAdvice(what: string, { egress, transparentEgress }: Manifest): Advice {
  if (what === "") return { why: "it could not look up a host; its words do not name it" };
  const line = /:\d+$/.test(what) ? what : `${what}:${WEB_PORTS.at(-1)}`;
  const target = parseEgress(line);
  if (typeof target === "string") return { why: `no line allows it: expected ${target}` };
  if (target.isPrivate)
    return { why: "a private host: the stack's config has to open it (privateHosts)", add: { egress: [line] } };
  const isListed = egress.includes(PUBLIC) || egress.some((one) => one.replace(/:\d+$/, "") === target.host);
  if (isListed)
    return {
      why: "the manifest lists it, but the program does not use the proxy of HTTPS_PROXY",
      ...(transparentEgress ? {} : { add: { transparentEgress: true } }),
    };
  return { why: "the manifest does not list it", add: { egress: [line] } };
}

function writeAdvice({ what: path, isFolder }: Said, manifest: Manifest): Advice {
  if (path === "") return { why: "it could not write a file; its words do not name it", add: storageAt("/data") };
  if (KERNEL.test(path)) return { why: "it is the kernel's, and no server may change it" };
  const mount = manifest.mounts.find((one) => isWithin(path, one.path));
  if (mount?.readOnly)
    return { why: `${mount.path} is read-only in the manifest`, add: { mounts: [{ ...mount, readOnly: false }] } };
  if (mount) return { why: `${mount.path} may be written, but this file is not the server's to change` };
  if (storageOf(manifest).some((one) => isWithin(path, one.path)) || isWithin(path, "/tmp"))
    return { why: "the folder may be written, but this file is not the server's to change" };
  const [, cache] = CACHE.exec(path) ?? [];
  if (cache !== undefined && manifest.cacheDir === undefined)
    return { why: "a cache, in the read-only image", add: { cacheDir: cache } };
  if (PROGRAMS.test(path)) {
    const why = "it writes beside its program; move the file by the server's own variable or argument, to /data say";
    return { why, add: storageAt("/data") };
  }
  if (HOMES.test(path) && !manifest.home) return { why: "its home, in the read-only image", add: { home: true } };
  const parent = posix.dirname(path);
  return { why: "in the read-only image", add: storageAt(isFolder || parent === "/" ? path : parent) };
}

/** Storage at a path, with a name made of it. */
export function storageAt(path: string): Fragment {
  const name = posix
    .basename(path)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 32);
  return { storage: [{ name: name || "data", path }] };
}

function runAdvice(path: string, manifest: Manifest): Advice {
  if (isWithin(path, "/tmp") || (manifest.cacheDir !== undefined && isWithin(path, manifest.cacheDir)))
    return { why: "nothing may be run from there", add: { scratch: { exec: true } } };
  const storage = manifest.storage.find((one) => isWithin(path, one.path));
  if (storage) return { why: "nothing may be run from there", add: { storage: [{ ...storage, exec: true }] } };
  return { why: "the server's user may not run it" };
}

function roomAdvice(path: string, manifest: Manifest): Advice {
  const storage = storageOf(manifest).find((one) => isWithin(path, one.path));
  if (storage && path !== "") {
    const isHome = !manifest.storage.includes(storage);
    if (isHome) return { why: `its home holds ${storage.size} at most; give large files storage of their own` };
    return {
      why: `${storage.path} holds ${storage.size}`,
      add: { storage: [{ ...storage, size: doubled(storage.size) }] },
    };
  }
  if (isWithin(path, "/dev/shm"))
    return { why: `it holds ${manifest.sharedMemory}`, add: { sharedMemory: doubled(manifest.sharedMemory) } };
  return { why: `/tmp holds ${manifest.scratch.size}`, add: { scratch: { size: doubled(manifest.scratch.size) } } };
}

/** Twice a size like `256m`. */
function doubled(size: string): string {
  const bytes = 2 * (parseBytes(size) ?? 256 * MEBIBYTE);
  return bytes % 2 ** 30 === 0 ? `${bytes / 2 ** 30}g` : `${bytes / MEBIBYTE}m`;
}
