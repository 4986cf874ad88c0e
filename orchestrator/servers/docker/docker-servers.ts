import type { ContainerInspectInfo } from "dockerode";
import { ServerStatus } from "../../../api/server-status";
import { type EngineClient, reasonOf, statusOf } from "../../../lib/docker-client";
import { eachOf } from "../../../lib/each-of";
import { Label, Role } from "../../../manifest/container/labels";
import { neighbours } from "../../../manifest/container/proxy-environment";
import type { Events } from "../../events";
import type { Log } from "../../log";
import type { ContainerServer, FollowedServers, Servers } from "../server-info";
import { ServerTable } from "../server-table";
import { companionsOf, joinedReason } from "./companions";
import { type DockerEvent, followEvents } from "./event-stream";
import { ImagesFacts } from "./image-facts";
import { lastWords } from "./last-lines";
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
/** Milliseconds between two inspections of all containers, in case an event was missed. */
const RESYNC_MS = 60_000;
/** Milliseconds between two inspections of a server that is starting. */
const STARTING_MS = 2_000;

/**
 * The servers, as the engine's containers declare them by their labels. While the daemon is away the last known state
 * stays: the way to a server's socket does not go through the daemon. Events, inspections and timers act on the same
 * containers, so this class is long.
 */
export class DockerServers implements FollowedServers {
  synced = false;
  connected = false;
  readonly #table: ServerTable<ContainerServer>;
  /** Server names by container id. */
  readonly #names = new Map<string, string>();
  readonly #oomKills = new Map<string, number>();
  readonly #images: ImagesFacts;
  /** Containers with wrong labels that are in the log already, so that each is logged once. */
  readonly #refused = new Set<string>();
  readonly #looks = new LookQueue({
    all: () => this.#lookForAll().catch((error) => this.#missed(error)),
    one: (id) => this.#look(id).catch((error) => this.#missed(error)),
  });
  /** Containers that are starting. */
  readonly #again = new Map<string, NodeJS.Timeout>();
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: DockerServersOptions) {
    this.#table = new ServerTable(options.events, options.log);
    this.#images = new ImagesFacts(options.client);
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
        resolve(this.resync());
      };
      const onClose = (): void => {
        this.connected = false;
      };
      const onEvent = (event: DockerEvent): void => {
        if (event.Actor.Attributes[Label.Manifest] !== "") this.#onEvent(event);
      };
      void followEvents({ client, log, filters, onOpen, onClose, onEvent }, this.#stop.signal);
    });
    this.#followCompanions();
    this.#timer = setInterval(() => void this.resync(), RESYNC_MS).unref();
    await Promise.race([first, new Promise<void>((resolve) => setTimeout(resolve, wait).unref())]);
  }

  /** Looks at a server again when one of its companions, or a shared service that it uses, changes. */
  #followCompanions(): void {
    const { client, log, stack } = this.options;
    const filters = { type: ["container"], event: ACTIONS, label: [Label.Companion, `${Label.Stack}=${stack}`] };
    const onEvent = ({ Actor: { Attributes } }: DockerEvent): void => {
      const { [Label.Companion]: name = "", [Label.Server]: server = "", [Label.Role]: role } = Attributes;
      if (name === "") return;
      const concerned = this.list().filter((one) =>
        role === Role.SharedService ? one.manifest.uses.includes(name) : one.name === server,
      );
      for (const { runtime } of concerned) void this.refresh(runtime.id);
    };
    const nothing = (): void => {}; // the other stream tells whether the engine is there
    void followEvents({ client, log, filters, onOpen: nothing, onClose: nothing, onEvent }, this.#stop.signal);
  }

  /** Stops looking and following; the last known state stays. */
  close(): void {
    clearInterval(this.#timer);
    this.#stop.abort();
    this.#looks.close();
  }

  /** Looks at every container; ends when all is up to date, or the engine did not answer. Never rejects. */
  resync(): Promise<void> {
    return this.#looks.all();
  }

  /** Looks at one container, by id or name; ends when that is done. Never rejects. */
  refresh(container: string): Promise<void> {
    return this.#looks.one(container);
  }

  list(): ContainerServer[] {
    return this.#table.list();
  }

  get(name: string): ContainerServer | undefined {
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

  /**
   * Notes that the daemon does not answer. When it is back, the event stream opens and all containers are inspected.
   */
  #missed(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.options.log.warn(
      { reason: reasonOf(error) },
      "servers: no answer from the engine, the last known state stays",
    );
  }

  async #lookForAll(): Promise<void> {
    const label = [Label.Manifest, `${Label.Stack}=${this.options.stack}`];
    const found = await this.options.client.api.listContainers({ all: true, filters: { label } });
    // What is no server has the label too, empty.
    const ids = new Set(found.filter(({ Labels }) => Labels[Label.Manifest]).map(({ Id }) => Id));
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
    const image = await this.#images.of(container.Image);
    const known = { volumesFolder, oomKills, image, lastWords: await lastWords(client, container) };
    const current = await this.#withCompanions(serverInfo(manifest, container, known));
    this.#names.set(container.Id, manifest.name);
    await networks.join(current);
    this.#table.set(manifest.name, current);
    const all = [current, ...(current.companions ?? [])];
    if (all.some(({ status }) => status === ServerStatus.Starting)) this.#lookAgain(container.Id);
  }

  async #withCompanions(server: ContainerServer): Promise<ContainerServer> {
    if (neighbours(server.manifest).length === 0) return server;
    const companions = await companionsOf(this.options.client, server.manifest);
    return { ...server, companions, ...joinedReason(server.reason, companions) };
  }

  /**
   * Inspects a starting server again later. While a server starts, Docker sends no event for a failed check, and the
   * reason is needed.
   */
  #lookAgain(id: string): void {
    clearTimeout(this.#again.get(id));
    const timer = setTimeout(() => {
      this.#again.delete(id);
      if (!this.#stop.signal.aborted) void this.refresh(id);
    }, STARTING_MS);
    this.#again.set(id, timer.unref());
  }

  async #gone(id: string): Promise<void> {
    const name = this.#names.get(id);
    this.#names.delete(id);
    this.#oomKills.delete(id);
    const previous = name === undefined ? undefined : this.get(name);
    // The new container of a replaced server may have the name before Docker reports the end of the old one.
    if (!name || previous?.runtime.id !== id) return;
    this.#table.set(name, undefined);
    await this.options.networks.leave(previous);
  }
}
