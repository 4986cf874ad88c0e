import { containerName } from "../../../manifest/container/container-spec";
import { Label, Owner } from "../../../manifest/container/labels";
import { REPLACED } from "./server-state";

/** Something in the engine that nobody owns. */
export interface Orphan {
  kind: "container" | "volume" | "network" | "image";
  id: string;
  /** What people call it; an image without a tag has its id. */
  name: string;
  /** Why it is taken for nobody's. */
  reason: string;
  /** Bytes it has, as far as Docker knows; an image's may be in part another's as well. */
  bytes?: number;
  /** All names of an image. */
  tags?: string[];
  /** The server it belonged to. */
  server?: string;
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
}

const DOCKERS_OWN = ["bridge", "host", "none", "ingress", "docker_gwbridge"];
/** Younger things may belong to an image build, or to whoever is working in the engine just now. */
const YOUNG_MS = 10 * 60_000;

/** What nobody owns, in the order in which it can be removed. Pure. */
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
  return [...containers, ...networks, ...volumes, ...images];
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
  if (!Object.values(Label).some((label) => labels[label] !== undefined)) return "nobody";
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
      if (labels[Label.Role] === "volume-files") return "it carried secret files for a deployment that was interrupted";
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
  // A deployment may have looked for its image just now, and use it only in a moment.
  if (options.busy.size > 0) return undefined;
  // Images that the stack built have no label, but a name: the next `up` would have to build them again.
  const ours = one.tags.some((tag) => tag.startsWith("mcp-"));
  if (ours || owner(one, options) !== "nobody" || isYoung(one, options)) return undefined;
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
