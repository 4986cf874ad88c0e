import { containerName } from "../../../manifest/container/container-spec";
import { Label, Owner, Role } from "../../../manifest/container/labels";
import { storageFolder } from "../../../manifest/container/storage-folders";
import { REPLACED } from "./server-state";
import type { StoredFolder } from "./storage-use";

/** A thing in the engine that has no owner. */
export interface Orphan {
  kind: "container" | "volume" | "network" | "image" | "storage";
  id: string;
  /** The name for people; an image without a tag has its id here. */
  name: string;
  /** Why it counts as having no owner. */
  reason: string;
  /** Size in bytes, if Docker knows it; an image may share some of them with others. */
  bytes?: number;
  /** All names of an image. */
  tags?: string[];
  /** The server it belonged to. */
  server?: string;
  /** Of a storage. */
  folder?: StoredFolder;
}

interface Part {
  id: string;
  name: string;
  labels: Record<string, string>;
  /** Milliseconds since 1970. */
  created: number;
  bytes?: number;
}

/** What is in the engine. */
export interface EngineParts {
  containers: (Part & { state: string; image: string })[];
  /** `used`: a container, running or not, mounts it. */
  volumes: (Part & { used: boolean })[];
  /** `used`: a container is in it. */
  networks: (Part & { used: boolean })[];
  /** `parent`: the image it was built from, in this engine. */
  images: (Part & { tags: string[]; parent?: string })[];
  storage: StoredFolder[];
}

export interface CleanupOptions {
  /** "project/stack". */
  stack: string;
  /** Servers being deployed or removed right now: nothing of theirs is touched. */
  busy: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  now: number;
  /** Running containers of unknown origin as well. @default false */
  force?: boolean;
  /** Storage of servers that are gone as well: what they kept. @default false */
  data?: boolean;
}

const DOCKERS_OWN = ["bridge", "host", "none", "ingress", "docker_gwbridge"];
/**
 * Least age for removal, in milliseconds: younger things may belong to an image build, or to a person at work in the
 * engine.
 */
const YOUNG_MS = 10 * 60_000;

/** So long a storage has to have been without a server: one that is replaced is away for some seconds. */
const LOST_MS = 30_000;

/** Returns the things without an owner, in an order in which they can be removed. */
export function planCleanup(parts: EngineParts, options: CleanupOptions): Orphan[] {
  const servers = new Set(
    parts.containers.filter(({ name, labels }) => name === containerName(labels[Label.Server] ?? "")).map(serverOf),
  );
  const containers = parts.containers.flatMap((one) =>
    orphan("container", one, containerReason(one, servers, options)),
  );
  const gone = new Set(containers.map(({ id }) => id));
  const left = parts.containers.filter(({ id }) => !gone.has(id));
  const volumes = parts.volumes.flatMap((one) => orphan("volume", one, partReason(one, servers, options)));
  const networks = parts.networks
    .filter(({ name }) => !DOCKERS_OWN.includes(name))
    .flatMap((one) => orphan("network", one, partReason(one, servers, options)));
  const needed = withAncestors(new Set(left.map(({ image }) => image)), parts.images);
  const images = childrenFirst(parts.images).flatMap((one) =>
    orphan("image", one, needed.has(one.id) ? undefined : imageReason(one, options)).map((image) => ({
      ...image,
      tags: one.tags,
    })),
  );
  const storage = options.data ? lostStorage(parts.storage, options) : [];
  return [...containers, ...networks, ...volumes, ...images, ...storage];
}

/** What servers kept that are gone, or that have no such storage any more. */
function lostStorage(all: StoredFolder[], { busy, now }: CleanupOptions): Orphan[] {
  return all
    .filter(({ server, lostSince }) => !busy.has(server) && lostSince !== undefined && now - lostSince >= LOST_MS)
    .map((folder) => {
      const { owner, server, storage, bytes } = folder;
      const id = `${owner}/${storageFolder(server, storage)}`;
      return { kind: "storage", id, name: id, reason: `no server ${server} has it`, bytes, server, folder };
    });
}

function orphan(kind: Orphan["kind"], part: Part, reason: string | undefined): Orphan[] {
  if (reason === undefined) return [];
  const { id, name, bytes } = part;
  const server = serverOf(part);
  return [
    { kind, id, name, reason, ...(bytes === undefined || bytes < 0 ? {} : { bytes }), ...(server ? { server } : {}) },
  ];
}

function serverOf({ labels }: Part): string {
  return labels[Label.Server] ?? "";
}

/** Who owns something, by its labels. The stack's own leftovers can be judged; what has another owner is left alone. */
function owner(part: Part, { stack }: CleanupOptions): "nobody" | "api" | "somebody" {
  const { labels } = part;
  if (!Object.values(Label).some((label) => labels[label])) return "nobody";
  const { [Label.ManagedBy]: managedBy, [Label.Stack]: theirs } = labels;
  return managedBy === Owner.Api && theirs === stack ? Owner.Api : "somebody";
}

function containerReason(
  one: EngineParts["containers"][number],
  servers: ReadonlySet<string>,
  options: CleanupOptions,
): string | undefined {
  const { state, name, labels } = one;
  switch (owner(one, options)) {
    case "somebody":
      return undefined;
    case "api":
      if (options.busy.has(serverOf(one))) return undefined;
      if (labels[Label.Role] === Role.VolumeFiles)
        return "it carried secret files for a deployment that was interrupted";
      if (labels[Label.Role] === Role.LearningEgress)
        return servers.has(serverOf(one)) ? undefined : "the copy of a server that it was the way out of is gone";
      if (labels[Label.Role] === Role.StorageFolders) return "it made storage for a deployment that was interrupted";
      if (name.endsWith(REPLACED) && servers.has(serverOf(one))) return "another container has taken its place";
      return state === "created" ? "a deployment that was interrupted never started it" : undefined;
    case "nobody":
      if (state === "running" || state === "paused" || state === "restarting") {
        return options.force ? `no dind-mcp label, ${state}` : undefined;
      }
      return isYoung(one, options) ? undefined : `no dind-mcp label, ${state}`;
  }
}

function partReason(
  one: Part & { used: boolean },
  servers: ReadonlySet<string>,
  options: CleanupOptions,
): string | undefined {
  switch (owner(one, options)) {
    case "somebody":
      return undefined;
    case "api":
      if (options.busy.has(serverOf(one)) || servers.has(serverOf(one)) || one.used) return undefined;
      return `of server ${serverOf(one)}, which is gone`;
    case "nobody":
      return one.used || isYoung(one, options) ? undefined : "no dind-mcp label, and no container uses it";
  }
}

function imageReason(one: EngineParts["images"][number], options: CleanupOptions): string | undefined {
  // A deployment may have found its image just now, and not use it yet.
  if (options.busy.size > 0) return undefined;
  // Images that the stack built have a name, but no label. Without them, the next `up` would build them again.
  const ours = one.tags.some((tag) => tag.startsWith("mcp-"));
  if (ours || isYoung(one, options)) return undefined;
  return one.tags.length === 0 ? "it has no name, and no container uses it" : "no container uses it";
}

function isYoung({ created }: Part, { now }: CleanupOptions): boolean {
  return now - created < YOUNG_MS;
}

/** Docker refuses to remove an image before those that were built from it. */
function childrenFirst(images: EngineParts["images"]): EngineParts["images"] {
  const depth = new Map(images.map(({ id }) => [id, withAncestors(new Set([id]), images).size]));
  return [...images].sort((a, b) => (depth.get(b.id) ?? 0) - (depth.get(a.id) ?? 0));
}

/** Images, and those they were built from. */
function withAncestors(ids: ReadonlySet<string>, images: EngineParts["images"]): Set<string> {
  const parents = new Map(images.map(({ id, parent }) => [id, parent]));
  const all = new Set<string>();
  for (const id of ids) {
    for (let at: string | undefined = id; at && !all.has(at); at = parents.get(at)) all.add(at);
  }
  return all;
}
