import { type EngineClient, reasonOf, statusOf, unlessAlready } from "../../../lib/docker-client";
import { neighbours } from "../../../manifest/container/proxy-environment";
import { SHARED, serviceContainer } from "../../../manifest/container/service-spec";
import type { Service } from "../../../manifest/service-types";
import { ServerError } from "../server-error";
import type { ContainerServer, ServerInfo } from "../server-info";
import { startHealthy } from "./deploy/start-healthy";
import type { DockerServers } from "./docker-servers";
import { type LogLine, logLines } from "./logs";

export interface LogOptions {
  /** Name of a companion or of a shared service that it uses, whose log it is. @default the server's own */
  service?: string;
  /** Lines from the end, or all that Docker keeps. @default 200 */
  tail?: number | "all";
  /** Only what is newer, in milliseconds since 1970. */
  since?: number;
  /** Go on with what is written from now on, until the container stops. @default false */
  follow?: boolean;
  /** Ends the reading. A follower that waits for a line hears in no other way that its client is gone. */
  signal?: AbortSignal;
}

const TAIL = 200;

/** A companion and its container. */
type Companion = Pick<Service, "name" | "health"> & { container: string };

/** Starts, stops and reads the logs of existing servers, from the catalog or the API. */
export class Lifecycle {
  constructor(
    private readonly client: EngineClient,
    private readonly servers: DockerServers,
    /** True for a server that runs elsewhere. */
    private readonly isElsewhere: (name: string) => boolean = () => false,
  ) {}

  /**
   * Starts the server's companions, then the server. Returns its state right after, which is seldom healthy yet.
   * @throws ServerError, also when a companion does not become healthy
   */
  start(name: string): Promise<ServerInfo> {
    return this.#act(name, async (id, companions) => {
      await this.#startCompanions(companions);
      await this.client.streams.getContainer(id).start();
    });
  }

  /**
   * Stops the server: SIGTERM, and SIGKILL after the container's own stop time; then its companions, which nobody else
   * uses. They stay stopped. Shared services go on. @throws ServerError
   */
  stop(name: string): Promise<ServerInfo> {
    return this.#act(name, async (id, companions) => {
      await unlessAlready(this.client.streams.getContainer(id).stop());
      for (const { container } of companions) await unlessAlready(this.client.streams.getContainer(container).stop());
    });
  }

  /** Stops the server and starts it. Companions that run go on: they may hold what a restart would lose. @throws ServerError */
  restart(name: string): Promise<ServerInfo> {
    return this.#act(name, async (id, companions) => {
      await this.#startCompanions(companions);
      await this.client.streams.getContainer(id).restart();
    });
  }

  /** Yields the log of a server, or of a companion of it, oldest line first. @throws ServerError, at the first line */
  async *logs(name: string, options: LogOptions = {}): AsyncGenerator<LogLine> {
    const id = this.#loggedContainer(name, options.service);
    const { signal, tail = TAIL } = options;
    const since = options.since === undefined ? {} : { since: options.since / 1_000 };
    // Docker gives all when it is told no number.
    const latest = tail === "all" ? {} : { tail };
    const wanted = { stdout: true, stderr: true, timestamps: true, ...latest, ...since, abortSignal: signal };
    const container = this.client.streams.getContainer(id);
    try {
      if (options.follow) yield* logLines((await container.logs({ ...wanted, follow: true })) as AsyncIterable<Buffer>);
      else yield* logLines([await container.logs({ ...wanted, follow: false })]);
    } catch (error) {
      if (signal?.aborted) return;
      throw failed(name, error);
    }
  }

  /** @throws ServerError when the server, or the companion, is not there */
  #loggedContainer(name: string, service: string | undefined): string {
    const { runtime, manifest } = this.#known(name);
    if (service === undefined) return runtime.id;
    const names = neighbours(manifest);
    if (manifest.uses.includes(service)) return serviceContainer(SHARED, service);
    if (names.includes(service)) return serviceContainer(name, service);
    const those = names.length > 0 ? `it has ${names.join(", ")}` : "it has none";
    throw new ServerError(404, `server ${name} has no companion of that name: ${those}`);
  }

  #known(name: string): ContainerServer {
    const server = this.servers.get(name);
    if (!server && this.isElsewhere(name))
      throw new ServerError(
        409,
        `server ${name} runs elsewhere: there is nothing here to start, to stop or to read the log of`,
      );
    if (!server) throw new ServerError(404, `there is no server ${name}`);
    return server;
  }

  async #startCompanions(companions: Companion[]): Promise<void> {
    for (const { container, health, name } of companions)
      await startHealthy(this.client, container, health, [], `companion ${name}`);
  }

  async #act(name: string, action: (id: string, companions: Companion[]) => Promise<unknown>): Promise<ServerInfo> {
    const { runtime, manifest } = this.#known(name);
    const companions = manifest.services.map((service) => {
      return { ...service, container: serviceContainer(name, service.name) };
    });
    try {
      await this.client.api.ping(); // a stop has no time limit, so a daemon that hangs must be noticed here
      await unlessAlready(action(runtime.id, companions));
    } catch (error) {
      throw failed(name, error);
    }
    await this.servers.refresh(runtime.id);
    return this.#known(name);
  }
}

function failed(name: string, error: unknown): ServerError {
  if (error instanceof ServerError) return error;
  const status = statusOf(error);
  if (status === 404) return new ServerError(404, `the container of server ${name} is gone`);
  const words = status === undefined ? `the engine does not answer: ${reasonOf(error)}` : reasonOf(error);
  return new ServerError(status === 409 ? 409 : 502, `server ${name}: ${words}`);
}
