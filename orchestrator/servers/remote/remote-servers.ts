import { type EngineClient, reasonOf } from "../../../lib/docker-client";
import { Label } from "../../../manifest/container/labels";
import type { Events } from "../../events";
import type { Log } from "../../log";
import { followEvents } from "../docker/event-stream";
import type { OwnNetworks } from "../docker/own-networks";
import type { FollowedServers, ServerInfo, Servers } from "../server-info";
import { ServerTable } from "../server-table";
import { type Check, RemoteHealth } from "./remote-health";
import { type Declaration, declaredManifest, remoteInfo } from "./remote-info";

export interface RemoteServersOptions {
  client: EngineClient;
  /** "project/stack": servers of others in the same engine are not seen. */
  stack: string;
  events: Events;
  log: Log;
  /** The engine's volumes, as this process sees them. */
  volumesFolder: string;
  networks: Pick<OwnNetworks, "join" | "leave">;
}

/** Milliseconds between two looks at all volumes, in case an event was missed. */
const RESYNC_MS = 60_000;

/**
 * The servers that run elsewhere, as the engine's volumes declare them by their labels. While the daemon is away the last
 * known state stays.
 */
export class RemoteServers implements FollowedServers {
  synced = false;
  connected = false;
  readonly #table: ServerTable<ServerInfo>;
  readonly #health: RemoteHealth;
  /** Volumes with wrong labels that are in the log already, so that each is logged once. */
  readonly #refused = new Set<string>();
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #again = false;

  constructor(private readonly options: RemoteServersOptions) {
    this.#table = new ServerTable(options.events, options.log);
    this.#health = new RemoteHealth({
      get: (name) => this.#table.get(name),
      set: (server) => this.#table.set(server.name, server),
    });
  }

  /** Looks for all remote servers, and follows their changes from then on. Never rejects. */
  async start(): Promise<void> {
    const { client, log } = this.options;
    const filters = { type: ["volume"], event: ["create", "destroy"] };
    const look = (): void => void this.look();
    const told = (connected: boolean) => (): void => {
      this.connected = connected;
      if (connected) look();
    };
    const follow = { client, log, filters, onOpen: told(true), onClose: told(false), onEvent: look };
    void followEvents(follow, this.#stop.signal);
    this.#timer = setInterval(look, RESYNC_MS).unref();
    await this.look();
  }

  /** From now on servers are asked whether they answer. @param check says what is wrong; undefined: it answers */
  checkBy(check: Check): void {
    this.#health.checkBy(check, this.list());
  }

  /** Asks a server now whether it answers: something about it has changed. */
  checkAgain(name: string): void {
    const server = this.get(name);
    if (server) this.#health.begin(server);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stop.abort();
    this.#health.close();
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

  /** What they use is not here. */
  memory(): undefined {}

  /** Looks at the volumes; one look at a time, and one more when something changed meanwhile. Never rejects. */
  look(): Promise<void> {
    this.#again = true;
    this.#looking ??= this.#lookWhileAsked().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#again && !this.#stop.signal.aborted) {
      this.#again = false;
      await this.#look().catch((error) => {
        if (this.#stop.signal.aborted) return;
        this.options.log.warn({ reason: reasonOf(error) }, "remote servers: no answer from the engine");
      });
    }
  }

  async #look(): Promise<void> {
    const { client, stack, volumesFolder, networks } = this.options;
    const label = [Label.Manifest, `${Label.Stack}=${stack}`];
    const { Volumes } = await client.api.listVolumes({ filters: { label } });
    const found = ((Volumes ?? []) as Declaration[]).flatMap((volume) => {
      const manifest = declaredManifest(volume);
      if (typeof manifest === "string") return this.#refuse(volume.Name, manifest);
      return [remoteInfo(manifest, volume, volumesFolder)];
    });
    for (const server of this.list()) {
      if (found.some(({ name }) => name === server.name)) continue;
      this.#table.set(server.name, undefined);
      this.#health.forget(server.name);
      await networks.leave(server);
    }
    for (const server of found) {
      await networks.join(server);
      if (this.get(server.name)?.generation === server.generation) continue;
      this.#table.set(server.name, server);
      this.#health.begin(server);
    }
    this.synced = true;
  }

  #refuse(volume: string, reason: string): [] {
    if (!this.#refused.has(volume)) this.options.log.warn({ volume, reason }, "no remote server");
    this.#refused.add(volume);
    return [];
  }
}
