import type Docker from "dockerode";
import { type EngineClient, reasonOf, statusOf } from "../../../lib/docker-client";
import { ownLabels } from "../../../manifest/container/labels";
import { containerName } from "../../../manifest/container/names";
import { storageContainer, storageFolder } from "../../../manifest/container/storage-folders";
import type { Log } from "../../log";
import { type EngineParts, type Orphan, planCleanup } from "./cleanup-plan";
import { carrierImage } from "./deploy/images";
import { diskUsage } from "./disk-usage";
import type { StoredFolder } from "./storage-use";
import { runStorageWork } from "./storage-work";

export interface CleanupResult {
  removed: Orphan[];
  failed: (Orphan & { error: string })[];
}

type Labels = Record<string, string>;

/** What cleaning up needs. */
export interface CleanupParts {
  client: EngineClient;
  /** "project/stack". */
  stack: string;
  /** Servers being deployed or removed right now. */
  busy: () => ReadonlySet<string>;
  /** All storage, as last measured. */
  storage: () => StoredFolder[];
  log: Log;
}

/** Finds and removes things without an owner in the engine. */
export class Cleanup {
  constructor(private readonly parts: CleanupParts) {}

  /** Returns what `run` would remove now. Asks Docker for sizes, which takes seconds on a large disk. */
  async plan(options: { force?: boolean; data?: boolean } = {}): Promise<Orphan[]> {
    const { client, stack, busy, storage } = this.parts;
    const parts = { ...(await engineParts(client)), storage: storage() };
    return planCleanup(parts, { ...options, stack, busy: busy(), now: Date.now() });
  }

  /**
   * Removes things without an owner: all, or only those with the given ids from a plan. Keeps what came into use since,
   * and reports Docker's reason.
   */
  async run(options: { force?: boolean; data?: boolean; only?: string[] } = {}): Promise<CleanupResult> {
    const { busy, log } = this.parts;
    const result: CleanupResult = { removed: [], failed: [] };
    for (const orphan of await this.plan(options)) {
      if (options.only && !options.only.includes(orphan.id)) continue;
      if (orphan.server !== undefined && busy().has(orphan.server)) continue; // a new server of that name is coming
      try {
        await this.#remove(orphan, options.force ?? false);
        result.removed.push(orphan);
        log.info({ kind: orphan.kind, name: orphan.name, reason: orphan.reason }, "cleanup: removed");
      } catch (error) {
        // Docker takes an image's nameless parents along.
        if (statusOf(error) === 404) result.removed.push(orphan);
        else result.failed.push({ ...orphan, error: reasonOf(error) });
      }
    }
    return result;
  }

  /** Storage is removed by its own user: nobody else may. */
  async #remove(orphan: Orphan, force: boolean): Promise<void> {
    const { client, stack } = this.parts;
    if (!orphan.folder) return remove(client.api, orphan, force);
    const { owner, server, storage, uid: user } = orphan.folder;
    const image = await carrierImage(client, "mcp-carrier");
    const what = { server, user, folders: [storageFolder(server, storage)], owner, image, stack };
    await runStorageWork(client, storageContainer({ work: "remove", ...what }));
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

async function engineParts({ api, streams }: EngineClient): Promise<Omit<EngineParts, "storage">> {
  const [disk, containers, networks, images] = await Promise.all([
    diskUsage(streams),
    api.listContainers({ all: true }),
    api.listNetworks(),
    api.listImages({ all: true }),
  ]);
  const written = new Map((disk.Containers ?? []).map(({ Id, SizeRw }) => [Id, SizeRw ?? 0]));
  const mounted = new Set(containers.flatMap(({ Mounts }) => Mounts.map(({ Name }) => Name)));
  // Of the networks that a stopped container has as well: it could not start again without one.
  const joined = new Set(containers.flatMap((one) => Object.keys(one.NetworkSettings?.Networks ?? {})));
  const ofImages = new Map(images.map(({ Id, Labels }) => [Id, Labels]));
  return {
    containers: containers.map((one) => ({
      id: one.Id,
      name: one.Names[0]?.slice(1) ?? one.Id,
      labels: labelsOf(one, ofImages.get(one.ImageID)),
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
      labels: {}, // the stack gives images none, and what others' say counts for nothing
      created: one.Created * 1_000,
      bytes: one.Size,
      tags: (one.RepoTags ?? []).filter((tag) => tag !== "<none>:<none>"),
      ...(one.ParentId ? { parent: one.ParentId } : {}),
    })),
  };
}

/** A container's labels. One whose name is none of ours was made by somebody else, and may have them from its image. */
function labelsOf({ Names, Labels }: Docker.ContainerInfo, ofImage: Labels | undefined): Labels {
  return Names[0]?.startsWith(`/${containerName("")}`) ? Labels : ownLabels(Labels, ofImage);
}
