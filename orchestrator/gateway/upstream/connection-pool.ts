import { canonicalJson } from "../../../lib/canonical-json";
import { milliseconds } from "../../../lib/durations";
import { GatewayError } from "../gateway-api";
import { Frame, type RequestFrame } from "../wire/frame";
import { ErrorCode, type JsonObject } from "../wire/json-rpc";
import { isListChange } from "../wire/lists";
import { LEGACY_VERSIONS } from "../wire/modern";
import { GATEWAY_INFO } from "../wire/modern-send";
import type { Backend } from "./backend";
import { Connection, type SessionConnection, type Told } from "./connection";
import { discover } from "./discover";
import { type Handshake, handshake } from "./handshake";
import { PooledConnection } from "./pooled-connection";
import { SharedConnection } from "./shared-connection";
import { watchLists } from "./watch-lists";

/** Calls on one connection before another process is started for more. */
const COMFORTABLE = 4;
const SWEEP_MS = 2_000;
/** Milliseconds that a connection for a few questions is kept after the last. */
const BRIEF_MS = 2_000;

/** What a connection is for: connections are never shared between different ones of these. */
export interface ConnectionUse {
  /** Name of the principal: no process serves two. */
  principal: string;
  /** The client's capabilities; a server of the legacy era is told them once, at its start. */
  capabilities: JsonObject;
  /** One call at a time. */
  exclusive: boolean;
  /** For a subscription, which stays open; on the connection that calls use, because there things change. */
  listener?: boolean;
  /** A few questions and no more: the process need not wait for others. */
  brief?: boolean;
}

/** Initialised connections to one server for calls that belong to no session. */
export class ConnectionPool {
  readonly #connections = new Set<PooledConnection>();
  readonly #opening = new Map<string, Promise<PooledConnection>>();
  readonly #sweeper: NodeJS.Timeout;
  #discovering: Promise<void> | undefined;

  constructor(private readonly backend: Backend) {
    backend.evictors.push(() => this.#evict());
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  get size(): number {
    return this.#connections.size;
  }

  get idle(): number {
    return [...this.#connections].filter((connection) => connection.idle).length;
  }

  get load(): number {
    return [...this.#connections].reduce((sum, connection) => sum + connection.load, 0);
  }

  /** A connection with room for one more call. @throws GatewayError 404, 502, 503, 504 */
  async acquire(use: ConnectionUse): Promise<PooledConnection> {
    const { shared } = this.backend;
    if (!shared) await this.#knowEra();
    const key = this.#key(use);
    const mine = [...this.#connections].filter((one) => one.key === key && !(one.exclusive && one.load > 0));
    const best = mine.sort((a, b) => a.load - b.load)[0];
    if (best && (shared || use.listener || best.load < (use.exclusive ? 1 : COMFORTABLE))) return this.#take(best, use);
    // Callers that come together at the start share the first process.
    const together = !use.exclusive || shared;
    const opening = together ? this.#opening.get(key) : undefined;
    if (opening) return this.#take(await opening, use);
    const opened = this.#open(key, use);
    if (together) this.#opening.set(key, opened);
    try {
      const connection = this.#take(await opened, use);
      connection.release(); // as promised when it was opened
      return connection;
    } catch (error) {
      const full = error instanceof GatewayError && error.code === ErrorCode.Busy;
      if (full && best && !use.exclusive && best.upstream.alive) return this.#take(best, use);
      throw error;
    } finally {
      if (this.#opening.get(key) === opened) this.#opening.delete(key);
    }
  }

  /**
   * What a client's session has of the server: a connection of its own, on which the client's `initialize` was answered,
   * or a share of the one that all clients use.
   * @throws GatewayError
   */
  async session(initialize: RequestFrame, told: Told, signal: AbortSignal): Promise<Handshake<SessionConnection>> {
    if (!this.backend.shared)
      return handshake(this.backend, initialize, (upstream) => new Connection(upstream, told), signal);
    const common = await this.acquire({ principal: "", capabilities: {}, exclusive: false });
    const answer = Frame.result(initialize.idText, JSON.stringify(common.initialized));
    return { connection: new SharedConnection(common, told), answer, warm: true };
  }

  close(): void {
    clearInterval(this.#sweeper);
    for (const connection of this.#connections) connection.close();
  }

  #key({ principal, capabilities }: ConnectionUse): string {
    if (this.backend.shared) return "";
    return this.backend.eras.modern ? principal : `${principal}\n${canonicalJson(capabilities)}`;
  }

  /** Asked once, however many callers come at the start. */
  #knowEra(): Promise<void> | undefined {
    if (this.backend.eras.modern !== undefined) return undefined;
    this.#discovering ??= discover(this.backend).finally(() => {
      this.#discovering = undefined;
    });
    return this.#discovering;
  }

  #take(connection: PooledConnection, { exclusive, listener, brief = false }: ConnectionUse): PooledConnection {
    connection.brief = brief && !this.backend.shared;
    if (!listener) connection.exclusive = exclusive && !this.backend.shared;
    connection.reserved++;
    if (listener) connection.listeners++;
    return connection;
  }

  async #open(key: string, use: ConnectionUse): Promise<PooledConnection> {
    if (this.backend.shared) return this.#legacy(key, { ...use, capabilities: {} });
    return this.backend.eras.modern ? this.#modern(key) : this.#legacy(key, use);
  }

  async #modern(key: string): Promise<PooledConnection> {
    const { upstream } = await this.backend.open();
    const connection = new PooledConnection(upstream, { key, era: "modern", ended: this.#ended });
    this.#add(connection);
    watchLists(connection, this.backend);
    return connection;
  }

  async #legacy(key: string, use: ConnectionUse): Promise<PooledConnection> {
    const params = {
      protocolVersion: LEGACY_VERSIONS[0],
      capabilities: use.capabilities,
      clientInfo: GATEWAY_INFO,
    };
    const initialize = Frame.request("dind-mcp:initialize", "initialize", params);
    const common = this.backend.shared;
    const { connection, answer } = await handshake(
      this.backend,
      initialize,
      (upstream) => new PooledConnection(upstream, { key, era: "legacy", common, ended: this.#ended }),
    );
    const { error } = answer;
    if (error) {
      connection.close();
      const words = `server ${this.backend.name} refused initialize: ${error.message}`;
      throw new GatewayError(502, ErrorCode.ServerUnavailable, words);
    }
    connection.initialized = answer.result ?? {};
    connection.say(Frame.notification("notifications/initialized", {}));
    return this.#add(connection);
  }

  readonly #ended = (connection: PooledConnection): void => {
    this.#connections.delete(connection);
  };

  #add(connection: PooledConnection): PooledConnection {
    connection.others.add(({ method }) => {
      if (isListChange(method)) this.backend.listChanged(method);
    });
    connection.reserved++; // for whoever it was opened for
    if (connection.upstream.alive) this.#connections.add(connection);
    return connection;
  }

  #evict(): boolean {
    const idle = [...this.#connections].filter((connection) => connection.idle).sort((a, b) => a.usedAt - b.usedAt)[0];
    idle?.close();
    return idle !== undefined;
  }

  #sweep(): void {
    const now = Date.now();
    let limit = 0;
    try {
      limit = milliseconds(this.backend.info().manifest.sessions.idleTimeout);
    } catch {
      // the server is gone: so are its connections
    }
    for (const connection of this.#connections) {
      if (connection.idle && now - connection.usedAt > (connection.brief ? BRIEF_MS : limit)) connection.close();
    }
  }
}
