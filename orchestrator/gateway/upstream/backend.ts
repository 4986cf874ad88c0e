import { ServerStatus } from "../../../api/server-status";
import { milliseconds } from "../../../lib/durations";
import { SessionMode } from "../../../manifest/types";
import type { ServerInfo, Servers } from "../../servers/server-info";
import { GatewayError } from "../gateway-api";
import type { ByteBudget } from "../wire/byte-budget";
import { ErrorCode, type JsonObject } from "../wire/json-rpc";
import { connectionCap, type MemorySample } from "./capacity";
import { HttpUpstream } from "./http-upstream";
import { StdioUpstream } from "./stdio-upstream";
import { answersPing, type Upstream } from "./upstream";

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
/** Milliseconds beyond the grace that mcp-init needs to be rid of a process. */
const LEAVING_MS = 1_000;

/** What a server was found to speak; unknown until somebody tried. */
export interface Eras {
  legacy?: boolean;
  modern?: boolean;
}

/** A new connection, and whether its process had been waiting. */
export interface Opened {
  upstream: Upstream;
  warm: boolean;
}

/** The way to one server: it opens connections, keeps the warm pool, and holds the cap. */
export class Backend {
  /** What the running container speaks. */
  eras: Eras = {};
  /** What the running container offers; undefined until it said so. */
  capabilities?: JsonObject;
  /** Each gives up one connection that can be spared, and says whether it did; asked in this order when the cap is reached. */
  readonly evictors: (() => boolean)[] = [];
  /** Told when the server says that one of its lists changed, by the notification's method. */
  onListChanged?: (method: string) => void;
  readonly #connections = new Set<Upstream>();
  readonly #warm: Upstream[] = [];
  #opening = 0;
  /** Of these: for the warm pool. */
  #warming = 0;
  #sample: MemorySample | undefined;
  /** Connections at one time since the last sample. */
  #most = 0;
  #retryMs = FIRST_RETRY_MS;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    readonly name: string,
    private readonly servers: Servers,
    private readonly budget: ByteBudget,
  ) {}

  /** The server as it is now. @throws GatewayError 404 */
  info(): ServerInfo {
    const info = this.servers.get(this.name);
    if (!info) throw new GatewayError(404, ErrorCode.InvalidRequest, `there is no server ${this.name}`);
    return info;
  }

  listChanged(method: string): void {
    this.onListChanged?.(method);
  }

  get connections(): number {
    return this.#connections.size;
  }

  get warm(): number {
    return this.#warm.length;
  }

  cap(): number {
    const memory = this.servers.memory(this.name);
    if (memory && memory.usage !== this.#sample?.usage) {
      // It was measured some seconds ago, and connections that have ended since were there.
      this.#sample = { ...memory, connections: Math.max(this.#most, this.connections) };
      this.#most = this.connections;
    }
    return connectionCap(this.info().manifest.sessions.max, this.connections, this.#sample);
  }

  /** True when all clients share one process. */
  get shared(): boolean {
    return this.info().manifest.sessions.mode === SessionMode.Shared;
  }

  /** A connection of its caller's own: one that was waiting, or a new one. @throws GatewayError 404, 503 */
  async open(): Promise<Opened> {
    if (this.#closed) throw new GatewayError(503, ErrorCode.ServerUnavailable, `server ${this.name} is being closed`);
    const info = this.info();
    const waiting = this.#takeWarm();
    if (waiting) return { upstream: waiting, warm: true };
    while (this.connections + this.#opening >= this.cap()) {
      if (this.evictors.some((evict) => evict())) continue;
      const words = `server ${this.name} has all ${this.cap()} sessions in use`;
      throw new GatewayError(503, ErrorCode.Busy, words, { server: this.name, sessions: this.connections });
    }
    return { upstream: await this.#connect(info), warm: false };
  }

  /** Starts processes ahead, as many as the manifest asks for and the cap leaves room for. */
  refill(): void {
    const info = this.servers.get(this.name);
    if (this.#closed || this.#retry || info?.address.type !== "stdio" || info.status === ServerStatus.Stopped) return;
    const wanted = info.manifest.sessions.warmPool - this.warm - this.#warming;
    const room = this.cap() - this.connections - this.#opening;
    for (let more = Math.min(wanted, room); more > 0; more--) {
      this.#warming++;
      this.#connect(info)
        .then(
          (upstream) => this.#keepWarm(upstream),
          () => this.#retryLater(),
        )
        .finally(() => this.#warming--);
    }
  }

  /** The container's process is another one: what was learnt of the old one does not hold. */
  renewed(): void {
    this.eras = {};
    this.capabilities = undefined;
    for (const upstream of this.#connections) upstream.outlived?.();
    this.#sample = undefined;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#retryMs = FIRST_RETRY_MS;
    this.refill();
  }

  /** Ends all connections, and tells those who are about to use one. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    for (const upstream of this.#connections) {
      upstream.close();
      upstream.user.ended({ reason: "the gateway closed the connection" });
    }
  }

  /** Gives up one waiting process. */
  dropWarm(): boolean {
    const waiting = this.#warm.pop();
    waiting?.close();
    return waiting !== undefined;
  }

  #takeWarm(): Upstream | undefined {
    const waiting = this.#warm.shift();
    if (waiting) {
      this.#retryMs = FIRST_RETRY_MS;
      setImmediate(() => this.refill());
    }
    return waiting;
  }

  #keepWarm(upstream: Upstream): void {
    upstream.user = { message: (frame) => void answersPing(upstream, frame), ended: () => this.#retryLater() };
    this.#warm.push(upstream);
  }

  /** A process that ends before anybody used it may be in a crash loop: the next attempts come later and later. */
  #retryLater(): void {
    if (this.#closed || this.#retry) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.refill();
    }, this.#retryMs);
    this.#retry.unref();
    this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
  }

  async #connect(info: ServerInfo): Promise<Upstream> {
    this.#opening++;
    try {
      const upstream =
        info.address.type === "stdio"
          ? await this.#process(info.address.socket, info)
          : new HttpUpstream(info.address.url, this.name, this.budget);
      if (this.#closed) {
        upstream.close();
        throw new GatewayError(503, ErrorCode.ServerUnavailable, `server ${this.name} is being closed`);
      }
      this.#connections.add(upstream);
      this.#most = Math.max(this.#most, this.connections);
      upstream.onGone = () => {
        this.#connections.delete(upstream);
        const at = this.#warm.indexOf(upstream);
        if (at >= 0) this.#warm.splice(at, 1);
        setImmediate(() => this.refill()); // there may be room for a waiting one again
      };
      return upstream;
    } finally {
      this.#opening--;
    }
  }

  async #process(socket: string, info: ServerInfo): Promise<Upstream> {
    try {
      const patience = milliseconds(info.manifest.sessions.grace) + LEAVING_MS;
      return await StdioUpstream.open(socket, patience, this.budget, this.name);
    } catch {
      const state = [info.status, info.reason].filter(Boolean).join(": ");
      throw new GatewayError(
        503,
        ErrorCode.ServerUnavailable,
        `server ${this.name} cannot be reached; it is ${state}`,
        {
          server: this.name,
          status: info.status,
        },
      );
    }
  }
}

/** Milliseconds that the server may take for an answer: `timeouts.call` of its manifest. */
export const callTimeout = ({ manifest }: ServerInfo): number => milliseconds(manifest.timeouts.call);
/** Milliseconds for the first answer of a new process: `timeouts.start`. */
export const startTimeout = ({ manifest }: ServerInfo): number => milliseconds(manifest.timeouts.start);
