import { type EngineClient, reasonOf, statusOf } from "../../../lib/docker-client";
import { ServerError } from "../server-error";
import type { ServerInfo } from "../server-info";
import type { DockerServers } from "./docker-servers";
import { type LogLine, logLines } from "./logs";

export interface LogOptions {
  /** Lines from the end. @default 200 */
  tail?: number;
  /** Only what is newer, in milliseconds since 1970. */
  since?: number;
  /** Go on with what is written from now on, until the container stops. @default false */
  follow?: boolean;
  /** Ends it: a follower that waits for a line has no other way to hear that its client is gone. */
  signal?: AbortSignal;
}

const TAIL = 200;
/** Docker's answer when there is nothing to do. */
const ALREADY = 304;

/** What an operator does with a server that is there, whoever owns it. */
export class Lifecycle {
  constructor(
    private readonly client: EngineClient,
    private readonly servers: DockerServers,
  ) {}

  /** Starts it; gives its state right after, which is seldom healthy yet. @throws ServerError */
  start(name: string): Promise<ServerInfo> {
    return this.#act(name, (id) => this.client.streams.getContainer(id).start());
  }

  /** Stops it: SIGTERM, and SIGKILL after the container's own stop time. It stays stopped. @throws ServerError */
  stop(name: string): Promise<ServerInfo> {
    return this.#act(name, (id) => this.client.streams.getContainer(id).stop());
  }

  /** Stops it like `stop`, and starts it. @throws ServerError */
  restart(name: string): Promise<ServerInfo> {
    return this.#act(name, (id) => this.client.streams.getContainer(id).restart());
  }

  /** The server's log, oldest line first. @throws ServerError, at the first line */
  async *logs(name: string, options: LogOptions = {}): AsyncGenerator<LogLine> {
    const { id } = this.#known(name).runtime;
    const { signal, tail = TAIL } = options;
    const since = options.since === undefined ? {} : { since: options.since / 1_000 };
    const wanted = { stdout: true, stderr: true, timestamps: true, tail, ...since, abortSignal: signal };
    const container = this.client.streams.getContainer(id);
    try {
      if (options.follow) yield* logLines((await container.logs({ ...wanted, follow: true })) as AsyncIterable<Buffer>);
      else yield* logLines([await container.logs({ ...wanted, follow: false })]);
    } catch (error) {
      if (signal?.aborted) return;
      throw failed(name, error);
    }
  }

  #known(name: string): ServerInfo {
    const server = this.servers.get(name);
    if (!server) throw new ServerError(404, `there is no server ${name}`);
    return server;
  }

  async #act(name: string, action: (id: string) => Promise<unknown>): Promise<ServerInfo> {
    const { id } = this.#known(name).runtime;
    try {
      await this.client.api.ping(); // a stop may take its time, so it has no limit; a daemon that hangs is found here
      await action(id);
    } catch (error) {
      if (statusOf(error) !== ALREADY) throw failed(name, error);
    }
    await this.servers.refresh(id);
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
