import { MEBIBYTE, parseBytes } from "../../lib/sizes";
import { storageOf } from "../storage";
import type { Manifest } from "../types";
import type { ContainerSpec, MountSpec, UlimitSpec } from "./container-types";
import { containerLabels, Label, Owner, Role } from "./labels";
import { containerName } from "./names";
import { INIT } from "./program";

/**
 * Where storage is in the engine: a folder of the host's volume `mcp-orchestrator`, seen twice (images/engine/entrypoint.sh).
 * In the first no program can be run.
 */
const ROOTS = { plain: "/srv/mcp/storage", exec: "/srv/mcp/storage-exec" };
/** Where the container that makes or removes folders has them. */
const TARGET = "/storage";
const MEMORY = 16 * 2 ** 20;

/** A server or a companion, as far as it is about its storage. A companion is called SERVER.COMPANION. */
export type Storing = Pick<Manifest, "name" | "user" | "storage" | "home" | "mounts">;

/** Name of the container that makes a server's folders. */
function storageContainerName(server: string): string {
  return `${containerName(server)}-storage-folders`;
}

/** Name of a storage's folder. No name but a companion's has a dot in it, so no two storages have the same. */
export function storageFolder(server: string, storage: string): string {
  return `${server}.${storage}`;
}

/** The server and the storage that a folder's name stands for, COMPANION.STORAGE of a companion's; undefined when it is none. */
export function storageOfFolder(folder: string): { server: string; storage: string } | undefined {
  const [, server, storage] = /^([a-z0-9-]+)\.((?:[a-z0-9-]+\.)?[a-z0-9_-]+)$/.exec(folder) ?? [];
  return server !== undefined && storage !== undefined ? { server, storage } : undefined;
}

/**
 * A server's storage in its container. What the API deployed is kept apart: it cannot take up a catalog server's data,
 * and runs nothing that it wrote, in its home neither.
 */
export function storageMounts(manifest: Storing, owner: Owner): MountSpec[] {
  return storageOf(manifest).map(({ name, path, exec }) => ({
    type: "bind",
    source: `${exec && owner === Owner.Pulumi ? ROOTS.exec : ROOTS.plain}/${owner}/${storageFolder(manifest.name, name)}`,
    target: path,
    readOnly: false,
  }));
}

/**
 * The kernel ends what would make one file larger than the server's largest storage. Not where it writes to folders of
 * others as well, which may be larger.
 */
export function fileLimit(manifest: Storing): UlimitSpec[] {
  const sizes = storageOf(manifest).map(({ size }) => parseBytes(size) ?? 0);
  if (sizes.length === 0 || manifest.mounts.some(({ readOnly }) => !readOnly)) return [];
  const most = Math.max(...sizes);
  return [{ name: "fsize", soft: most, hard: most }];
}

/** What is done with a server's folders, and as whom. */
export interface StorageWork {
  work: "make" | "remove";
  server: string;
  /** The server's user: it makes them, so they are its own, and nobody needs a capability. */
  user: number;
  /** Names of folders. */
  folders: string[];
  owner: Owner;
  /** Of an image; none of its programs is run. */
  image: string;
  /** `project/stack`. */
  stack: string;
}

/** The container that makes or removes a server's folders: mcp-init as the server's user, then it ends. */
export function storageContainer({ work, server, user, folders, owner, image, stack }: StorageWork): ContainerSpec {
  return {
    name: storageContainerName(server),
    hostname: "storage",
    image,
    entrypoint: [INIT.target],
    command: [work, "--", ...folders.map((folder) => `${TARGET}/${folder}`)],
    init: false,
    user: `${user}:${user}`,
    groups: [],
    workdir: "/",
    env: {},
    labels: containerLabels({ [Label.ManagedBy]: owner, [Label.Stack]: stack, [Label.Role]: Role.StorageFolders }),
    mounts: [
      { type: "bind", ...INIT, readOnly: true },
      { type: "bind", source: `${ROOTS.plain}/${owner}`, target: TARGET, readOnly: false },
    ],
    volumes: [],
    tmpfs: {},
    sharedMemory: 64 * MEBIBYTE, // Docker's own default
    networkMode: "none",
    hosts: {},
    dns: [],
    memory: MEMORY,
    memorySwap: MEMORY,
    cpus: "0.5",
    ulimits: [
      { name: "core", soft: 0, hard: 0 },
      { name: "nofile", soft: 64, hard: 64 },
      { name: "nproc", soft: 32_768, hard: 32_768 }, // the user's, whose server may be running
    ],
    logDriver: "json-file",
    logOptions: { "max-file": "1", "max-size": "1m" },
    restart: "no",
    stopTimeout: 10,
    healthcheck: { tests: ["NONE"], interval: "0s", timeout: "0s", retries: 0, startPeriod: "0s", startInterval: "0s" },
    readOnly: true,
    capDrop: ["ALL"],
    securityOptions: ["no-new-privileges:true"],
    secretFiles: [],
  };
}

/** The container that makes the folders a manifest asks for; undefined when it asks for none. */
export function storageMaker(
  manifest: Storing,
  { owner, image, stack }: Pick<StorageWork, "owner" | "image" | "stack">,
): ContainerSpec | undefined {
  const { name: server, user } = manifest;
  const folders = storageOf(manifest).map(({ name }) => storageFolder(server, name));
  return folders.length > 0
    ? storageContainer({ work: "make", server, user, folders, owner, image, stack })
    : undefined;
}
