import type { ContainerInspectInfo } from "dockerode";
import { type EngineClient, reasonOf, statusOf } from "../../../lib/docker-client";
import { eachOf } from "../../../lib/each-of";
import { Label } from "../../../manifest/container/labels";
import type { Events } from "../../events";
import type { Log } from "../../log";
import type { ServerInfo, Servers } from "../server-info";
import { ServerTable } from "../server-table";
import { type DockerEvent, followEvents } from "./event-stream";
import { LookQueue, PARALLEL } from "./look-queue";
import type { OwnNetworks } from "./own-networks";
import { labelledManifest, nameOf, REPLACED, serverInfo } from "./server-state";

export interface DockerServersOptions {
  client: EngineClient;
  /** "project/stack": servers of others in the same engine are not seen. */
  stack: string;
  events: Events;
  log: Log;
  /** The engine's volumes, as this process sees them. */
  volumesFolder: string;
  networks: OwnNetworks;
  memory: Servers["memory"];
}

const ACTIONS = "create start die stop restart oom health_status destroy pause unpause rename".split(" ");
/** Between two looks at everything, should an event have been missed. */
const RESYNC_MS = 60_000;

/**
 * The servers, as the engine's containers declare them by their labels. While the daemon is away the last known state
 * stays: the way to a server's socket does not go through the daemon.
 */
export class DockerServers implements Servers {
  /** True once all containers were looked at: before, an empty list means nothing. */
  synced = false;
  /** True while the engine's events arrive. */
  connected = false;
  readonly #table: ServerTable;
  /** Container id to server name. */
  readonly #names = new Map<string, string>();
  readonly #oomKills = new Map<string, number>();
  readonly #digests = new Map<string, string | undefined>();
  /** Containers whose labels were found wrong, so that each is told once. */
  readonly #refused = new Set<string>();
  readonly #looks = new LookQueue({
    all: () => this.#lookForAll().catch((error) => this.#missed(error)),
    one: (id) => this.#look(id).catch((error) => this.#missed(error)),
  });
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: DockerServersOptions) {
    this.#table = new ServerTable(options.events, options.log);
  }

  /** Looks for all servers, and follows their changes from then on. Waits for the daemon, `wait` ms at most. */
  async start(wait = 5_000): Promise<void> {
    const { client, log, stack } = this.options;
    const filters = {
      type: ["container"],
      event: ACTIONS,
      label: [Label.Manifest, `${Label.Stack}=${stack}`],
    };
    const first = new Promise<void>((resolve) => {
      const onOpen = (): void => {
        this.connected = true;
        void this.resync().then(resolve);
      };
      const onClose = (): void => {
        this.connected = false;
      };
      const onEvent = (event: DockerEvent): void => this.#onEvent(event);
      void followEvents({ client, log, filters, onOpen, onClose, onEvent }, this.#stop.signal);
    });
    this.#timer = setInterval(() => void this.resync(), RESYNC_MS).unref();
    await Promise.race([first, new Promise<void>((resolve) => setTimeout(resolve, wait).unref())]);
  }

  /** Stops looking and following; the last known state stays. */
  close(): void {
    clearInterval(this.#timer);
    this.#stop.abort();
    this.#looks.close();
  }

  /** Looks at every container; ends when all is up to date, or the engine did not answer. */
  resync(): Promise<void> {
    return this.#looks.all();
  }

  /** Looks at one container, by id or name; ends when that is done. */
  refresh(container: string): Promise<void> {
    return this.#looks.one(container);
  }

  list(): ServerInfo[] {
    return this.#table.list();
  }

  get(name: string): ServerInfo | undefined {
    return this.#table.get(name);
  }

  onChange(listener: Parameters<Servers["onChange"]>[0]): () => void {
    return this.#table.onChange(listener);
  }

  memory(name: string): { usage: number; limit: number } | undefined {
    return this.options.memory(name);
  }

  #onEvent({ Action, Actor }: DockerEvent): void {
    if (Action === "oom") this.#oomKills.set(Actor.ID, (this.#oomKills.get(Actor.ID) ?? 0) + 1);
    void this.refresh(Actor.ID);
  }

  /** No answer of the daemon. When it is back the event stream opens, and everything is looked at again. */
  #missed(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.options.log.warn({ reason: reasonOf(error) }, "servers: no answer of the engine, the last known state stays");
  }

  async #lookForAll(): Promise<void> {
    const label = [Label.Manifest, `${Label.Stack}=${this.options.stack}`];
    const found = await this.options.client.api.listContainers({ all: true, filters: { label } });
    const ids = new Set(found.map(({ Id }) => Id));
    for (const id of [...this.#names.keys()]) if (!ids.has(id)) await this.#gone(id);
    for (const id of [...this.#refused]) if (!ids.has(id)) this.#refused.delete(id);
    await eachOf(ids, PARALLEL, (id) => this.#look(id));
    this.synced = true;
  }

  async #look(id: string): Promise<void> {
    const { client, networks, volumesFolder, log } = this.options;
    let container: ContainerInspectInfo;
    try {
      container = await client.api.getContainer(id).inspect();
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      return this.#gone(id);
    }
    const manifest = labelledManifest(container);
    if (typeof manifest === "string") {
      const level = nameOf(container).endsWith(REPLACED) ? "debug" : "warn";
      if (!this.#refused.has(container.Id)) log[level]({ container: nameOf(container), reason: manifest }, "no server");
      this.#refused.add(container.Id);
      return this.#gone(container.Id);
    }
    const oomKills = this.#oomKills.get(container.Id) ?? 0;
    const imageDigest = await this.#digest(container.Image);
    const current = serverInfo(manifest, container, { volumesFolder, oomKills, imageDigest });
    this.#names.set(container.Id, manifest.name);
    await networks.join(current);
    this.#table.set(manifest.name, current);
  }

  async #gone(id: string): Promise<void> {
    const name = this.#names.get(id);
    this.#names.delete(id);
    this.#oomKills.delete(id);
    const previous = name === undefined ? undefined : this.get(name);
    // A replaced server's name belongs to another container already, perhaps before the end of the old one is reported.
    if (!name || previous?.runtime.id !== id) return;
    this.#table.set(name, undefined);
    await this.options.networks.leave(previous);
  }

  /** An image's digest in its registry; it never changes, so it is asked for once. */
  async #digest(image: string): Promise<string | undefined> {
    if (!this.#digests.has(image)) {
      const nothing = { RepoDigests: [] };
      const { RepoDigests } = await this.options.client.api
        .getImage(image)
        .inspect()
        .catch(() => nothing);
      this.#digests.set(image, RepoDigests?.[0]?.split("@")[1]);
    }
    return this.#digests.get(image);
  }
}
