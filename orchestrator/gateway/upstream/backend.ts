import { ServerStatus } from "../../../api/server-status";
import { milliseconds } from "../../../lib/durations";
import { SessionMode } from "../../../manifest/types";
import type { ServerInfo, Servers } from "../../servers/server-info";
import { GatewayError } from "../gateway-api";
import type { ByteBudget } from "../wire/byte-budget";
import { ErrorCode, type JsonObject } from "../wire/json-rpc";
import { connectionCap, type MemorySample } from "./capacity";
import type { Credentials } from "./credentials";
import { HttpUpstream } from "./http-upstream";
import { Places } from "./places";
import { SseUpstream } from "./sse-upstream";
import { StdioUpstream } from "./stdio-upstream";
import type { Upstream } from "./upstream";
import { WarmPool } from "./warm-pool";
import { INSIDE, isSse, RemoteWay, signedWay, type Way } from "./way";
import { WayError } from "./way-error";

/** Milliseconds that mcp-init needs to end a process, beyond the manifest's `sessions.grace`. */
const LEAVING_MS = 1_000;

/** The protocol eras that a server speaks. A member is undefined until a client's or the gateway's first attempt. */
export interface Eras {
  legacy?: boolean;
  modern?: boolean;
  /** The legacy version that the server accepts, when it refused newer ones instead of answering with its own. */
  version?: string;
}

/** A new connection. `warm` is true when its process was started ahead. */
export interface Opened {
  upstream: Upstream;
  warm: boolean;
}

/**
 * Opens the connections to one server, keeps its warm pool, and enforces its cap. Every way to open or end a connection
 * counts towards the cap, so all of them are in this one class.
 */
export class Backend {
  /** The eras that the running container speaks. */
  eras: Eras = {};
  /** The capabilities that the running container declared; undefined before the first handshake. */
  capabilities?: JsonObject;
  /**
   * Functions that close one connection that can be spared, and return whether they did. `open` calls them in this
   * order when the cap is reached. They get the principal that needs the connection; undefined: the gateway itself.
   */
  readonly evictors: ((who: string | undefined) => boolean)[] = [];
  readonly places = new Places();
  /** Called when the server says that one of its lists changed, with the notification's method. */
  onListChanged?: (method: string) => void;
  readonly #connections = new Set<Upstream>();
  readonly #warm = new WarmPool({
    wanted: () => this.#wantedWarm(),
    room: () => this.cap() - this.connections - this.#opening,
    start: () => this.#connect(this.info()),
  });
  #opening = 0;
  #sample: MemorySample | undefined;
  /** Most connections at one time since the last memory sample. */
  #most = 0;
  #closed = false;
  #way: RemoteWay | undefined;

  constructor(
    readonly name: string,
    private readonly servers: Servers,
    private readonly budget: ByteBudget,
    /** Called with lines that the server prints on its standard output and that are no messages. */
    private readonly printed: (line: string) => void = () => {},
    /** Returns the tokens for requests of a principal; undefined: of the gateway itself. */
    private readonly credentials: (server: ServerInfo, who?: string) => Credentials | undefined = () => undefined,
  ) {}

  /** Returns the server's current state and manifest. @throws GatewayError 404 when there is no such server */
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
    return this.#warm.size;
  }

  cap(): number {
    const memory = this.servers.memory(this.name);
    if (memory && memory.usage !== this.#sample?.usage) {
      // The sample is some seconds old. Connections that have ended since used some of the memory that it counts.
      this.#sample = { ...memory, connections: Math.max(this.#most, this.connections) };
      this.#most = this.connections;
    }
    return connectionCap(this.info().manifest.sessions.max, this.connections, this.#sample);
  }

  /** True when all clients share one process. */
  get shared(): boolean {
    return this.info().manifest.sessions.mode === SessionMode.Shared;
  }

  /**
   * Opens a connection for one caller: takes one from the warm pool, or makes a new one.
   * @param who the principal it is for; undefined: the gateway itself, or all clients
   * @throws GatewayError 404 when there is no such server, 503 when it cannot be reached or its cap is reached
   */
  async open(who?: string): Promise<Opened> {
    if (this.#closed) throw new GatewayError(503, ErrorCode.ServerUnavailable, `server ${this.name} is being closed`);
    const info = this.info();
    const waits = this.#signedIn(info, who);
    if (waits) await waits;
    const waiting = this.#warm.take();
    if (waiting) return { upstream: await this.places.taken(who, waiting), warm: true };
    while (this.connections + this.#opening >= this.cap()) {
      if (this.evictors.some((evict) => evict(who)) || this.#reclaim(who)) continue;
      const words = `server ${this.name} has all ${this.cap()} sessions in use`;
      throw new GatewayError(503, ErrorCode.Busy, words, { server: this.name, sessions: this.connections });
    }
    return { upstream: await this.places.taken(who, this.#connect(info, who)), warm: false };
  }

  /**
   * Makes room for a principal without any connection: ends one, even in use, of the principal with the most.
   * @returns false when no principal has more than one
   */
  #reclaim(who: string | undefined): boolean {
    const given = who === undefined ? undefined : this.places.givenTo(who);
    given?.close();
    given?.user.ended({ reason: `its place went to a token that had none, as all ${this.cap()} were in use` });
    return given !== undefined;
  }

  /** Fills the warm pool up to the manifest's `sessions.warmPool`, as far as the cap leaves room. */
  refill(): void {
    this.#warm.refill();
  }

  /** Forgets what the last container's process said, because a new one has started. */
  renewed(): void {
    this.eras = {};
    this.capabilities = undefined;
    for (const upstream of this.#connections) upstream.outlived?.();
    this.#sample = undefined;
    this.#leaveWay();
    this.#warm.renewed();
  }

  /** Ends all connections, and tells their users. */
  close(): void {
    this.#closed = true;
    this.#warm.close();
    this.endAll("the gateway closed the connection");
    this.#leaveWay();
  }

  /** Ends the connections that there are, and tells their users why. @param of a principal's alone @default all */
  endAll(reason: string, of?: string): void {
    for (const upstream of this.#connections) {
      if (of !== undefined && this.places.ownerOf(upstream) !== of) continue;
      upstream.close();
      upstream.user.ended({ reason });
    }
  }

  /** Closes one connection of the warm pool. @returns false when the pool is empty */
  dropWarm(): boolean {
    return this.#warm.drop();
  }

  #wantedWarm(): number {
    const info = this.servers.get(this.name);
    const mayStart = info?.address.type === "stdio" && info.status !== ServerStatus.Stopped;
    return mayStart ? info.manifest.sessions.warmPool : 0;
  }

  /** Waits until there is a token for a remote server that wants one. @throws GatewayError 503 when somebody has to sign in */
  #signedIn(info: ServerInfo, who: string | undefined): Promise<void> | undefined {
    if (info.address.type !== "remote") return undefined;
    const ready = async (): Promise<void> => this.credentials(info, who)?.ready();
    return ready().catch((error: Error) => {
      if (!(error instanceof WayError)) throw error;
      throw new GatewayError(503, ErrorCode.ServerUnavailable, `server ${this.name}: ${error.message}`);
    });
  }

  async #connect(info: ServerInfo, who?: string): Promise<Upstream> {
    this.#opening++;
    try {
      const upstream = await this.#upstream(info, who);
      if (this.#closed) {
        upstream.close();
        throw new GatewayError(503, ErrorCode.ServerUnavailable, `server ${this.name} is being closed`);
      }
      this.#connections.add(upstream);
      this.#most = Math.max(this.#most, this.connections);
      upstream.onGone = () => {
        this.#connections.delete(upstream);
        this.places.left(upstream);
        this.#warm.left(upstream);
      };
      return upstream;
    } finally {
      this.#opening--;
    }
  }

  async #upstream(info: ServerInfo, who: string | undefined): Promise<Upstream> {
    const { address } = info;
    if (address.type === "stdio") return this.#process(address.socket, info);
    const Kind = isSse(address) ? SseUpstream : HttpUpstream;
    return new Kind(address.url, this.name, this.budget, this.#wayTo(info, who));
  }

  #leaveWay(): void {
    this.#way?.close();
    this.#way = undefined;
  }

  /** The way to an HTTP server; for a remote one its own, as long as it is declared so, with the tokens of the principal. */
  #wayTo(server: ServerInfo, who: string | undefined): Way {
    const { address, manifest } = server;
    if (address.type !== "remote") return INSIDE;
    this.#way ??= new RemoteWay(address, manifest);
    const credentials = this.credentials(server, who);
    return credentials ? signedWay(this.#way, credentials) : this.#way;
  }

  async #process(socket: string, info: ServerInfo): Promise<Upstream> {
    try {
      const patience = milliseconds(info.manifest.sessions.grace) + LEAVING_MS;
      return await StdioUpstream.open(socket, patience, this.budget, this.name, this.printed);
    } catch {
      throw new GatewayError(
        503,
        ErrorCode.ServerUnavailable,
        `server ${this.name} cannot be reached; it is ${stateOf(info)}`,
        {
          server: this.name,
          status: info.status,
        },
      );
    }
  }
}

/** Returns the server's status with its reason, for messages. */
export const stateOf = ({ status, reason }: ServerInfo): string => [status, reason].filter(Boolean).join(": ");
/** Returns the milliseconds that the server may take for an answer: `timeouts.call` of its manifest. */
export const callTimeout = ({ manifest }: ServerInfo): number => milliseconds(manifest.timeouts.call);
/** Returns the milliseconds that a new process may take for its first answer: `timeouts.start` of the manifest. */
export const startTimeout = ({ manifest }: ServerInfo): number => milliseconds(manifest.timeouts.start);
