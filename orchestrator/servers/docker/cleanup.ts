import type Docker from "dockerode";
import { type EngineClient, reasonOf, statusOf } from "../../../lib/docker-client";
import type { Log } from "../../log";
import { type EngineParts, type Orphan, planCleanup } from "./cleanup-plan";

export interface CleanupResult {
  removed: Orphan[];
  failed: (Orphan & { error: string })[];
}

/** Finds and removes what nobody owns in the engine. */
export class Cleanup {
  constructor(
    private readonly client: EngineClient,
    private readonly stack: string,
    /** Servers being deployed or removed right now. */
    private readonly busy: () => ReadonlySet<string>,
    private readonly log: Log,
  ) {}

  /** What `run` would remove now. Asks Docker for sizes, which takes seconds on a large disk. */
  async plan(options: { force?: boolean } = {}): Promise<Orphan[]> {
    const parts = await engineParts(this.client);
    return planCleanup(parts, { ...options, stack: this.stack, busy: this.busy(), now: Date.now() });
  }

  /**
   * Removes what nobody owns, or only the part of it that has these ids, as somebody saw them in a plan. Keeps what
   * came into use meanwhile, and tells Docker's reason.
   */
  async run(options: { force?: boolean; only?: string[] } = {}): Promise<CleanupResult> {
    const result: CleanupResult = { removed: [], failed: [] };
    for (const orphan of await this.plan(options)) {
      if (options.only && !options.only.includes(orphan.id)) continue;
      if (orphan.server !== undefined && this.busy().has(orphan.server)) continue; // its name is being used again
      try {
        await remove(this.client.api, orphan, options.force ?? false);
        result.removed.push(orphan);
        this.log.info({ kind: orphan.kind, name: orphan.name, reason: orphan.reason }, "cleanup: removed");
      } catch (error) {
        // Docker takes an image's nameless parents along.
        if (statusOf(error) === 404) result.removed.push(orphan);
        else result.failed.push({ ...orphan, error: reasonOf(error) });
      }
    }
    return result;
  }
}

/** Forces only containers, and only when asked: Docker itself refuses to remove what is in use. */
async function remove(docker: Docker, { kind, id, tags = [] }: Orphan, force: boolean): Promise<void> {
  if (kind === "container") await docker.getContainer(id).remove({ v: true, force });
  if (kind === "volume") await docker.getVolume(id).remove();
  if (kind === "network") await docker.getNetwork(id).remove();
  if (kind !== "image") return;
  for (const name of tags.length > 0 ? tags : [id]) await docker.getImage(name).remove();
}

interface DiskUsage {
  Containers?: { Id: string; SizeRw?: number }[] | null;
  Volumes?:
    | { Name: string; Labels?: Record<string, string> | null; CreatedAt?: string; UsageData?: { Size: number } }[]
    | null;
}

async function engineParts({ api, streams }: EngineClient): Promise<EngineParts> {
  const [disk, containers, networks, images] = await Promise.all([
    streams.df() as Promise<DiskUsage>,
    api.listContainers({ all: true }),
    api.listNetworks(),
    api.listImages({ all: true }),
  ]);
  const written = new Map((disk.Containers ?? []).map(({ Id, SizeRw }) => [Id, SizeRw ?? 0]));
  const mounted = new Set(containers.flatMap(({ Mounts }) => Mounts.map(({ Name }) => Name)));
  // Of the networks that a stopped container has as well: it could not start again without one.
  const joined = new Set(containers.flatMap((one) => Object.keys(one.NetworkSettings?.Networks ?? {})));
  return {
    containers: containers.map((one) => ({
      id: one.Id,
      name: one.Names[0]?.slice(1) ?? one.Id,
      labels: one.Labels ?? {},
      created: one.Created * 1_000,
      bytes: written.get(one.Id),
      state: one.State,
      image: one.ImageID,
    })),
    volumes: (disk.Volumes ?? []).map((one) => ({
      id: one.Name,
      name: one.Name,
      labels: one.Labels ?? {},
      created: Date.parse(one.CreatedAt ?? "") || 0,
      bytes: one.UsageData?.Size,
      used: mounted.has(one.Name),
    })),
    networks: networks.map((one) => ({
      id: one.Id,
      name: one.Name,
      labels: one.Labels ?? {},
      created: Date.parse(one.Created),
      used: joined.has(one.Name),
    })),
    images: images.map((one) => ({
      id: one.Id,
      name: one.RepoTags?.find((tag) => tag !== "<none>:<none>") ?? one.RepoDigests?.[0] ?? one.Id,
      labels: one.Labels ?? {},
      created: one.Created * 1_000,
      bytes: one.Size,
      tags: (one.RepoTags ?? []).filter((tag) => tag !== "<none>:<none>"),
      ...(one.ParentId ? { parent: one.ParentId } : {}),
    })),
  };
}
