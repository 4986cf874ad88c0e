import { canonicalJson } from "../../../lib/canonical-json";
import { milliseconds } from "../../../lib/durations";
import { GatewayError } from "../gateway-api";
import { Frame, type RequestFrame } from "../wire/frame";
import { ErrorCode, type JsonObject, objectOf } from "../wire/json-rpc";
import { isListChange } from "../wire/lists";
import { LEGACY_VERSIONS } from "../wire/modern";
import { GATEWAY_INFO } from "../wire/modern-send";
import { ownId } from "../wire/own-ids";
import type { Backend } from "./backend";
import { Connection, type SessionConnection, type Told } from "./connection";
import { discover } from "./discover";
import { type Handshake, handshake } from "./handshake";
import { named } from "./named";
import { PooledConnection } from "./pooled-connection";
import { SharedConnection } from "./shared-connection";
import { watchLists } from "./watch-lists";

/** Calls at a time on one connection; for further ones the pool starts another process. */
const COMFORTABLE = 4;
const SWEEP_MS = 2_000;
/** Milliseconds that a `brief` connection is kept after its last answer. */
const BRIEF_MS = 2_000;

/** What a caller needs a connection for. */
export interface ConnectionUse {
  /** Name of the principal; no process serves two, except in shared mode. */
  principal: string;
  /**
   * The client's capabilities. A legacy server gets them once, in `initialize`, so only clients with the same share
   * it.
   */
  capabilities: JsonObject;
  /** True when the connection must carry only one call at a time. */
  exclusive: boolean;
  /** True for a subscription. It goes on the connection that calls use, as their effects are what it must hear of. */
  listener?: boolean;
  /** True for a few questions of the gateway's own; the connection is closed soon after. */
  brief?: boolean;
}

/** Returns the principal that a connection counts for; undefined for the gateway's own questions. */
function who({ principal, brief }: ConnectionUse): string | undefined {
  return brief ? undefined : principal;
}

/**
 * Keeps initialised connections to one server, for calls that belong to no session. Opening, sharing and closing them
 * work on the same few sets, so this class is long.
 */
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

  /**
   * Returns a connection with room for one more call, reserved for the caller.
   * @throws GatewayError 404, 502, 503, 504
   */
  async acquire(use: ConnectionUse): Promise<PooledConnection> {
    const { shared } = this.backend;
    if (!shared) await this.#knowEra(who(use));
    const key = this.#key(use);
    const mine = [...this.#connections].filter((one) => one.key === key && !(one.exclusive && one.load > 0));
    const best = mine.sort((a, b) => a.load - b.load)[0];
    if (best && (shared || use.listener || best.load < (use.exclusive ? 1 : COMFORTABLE))) return this.#take(best, use);
    // Callers that come while a process starts share that process.
    const together = !use.exclusive || shared;
    const opening = together ? this.#opening.get(key) : undefined;
    if (opening) return this.#take(await opening, use);
    const opened = this.#open(key, use);
    if (together) this.#opening.set(key, opened);
    try {
      const connection = this.#take(await opened, use);
      connection.release(); // the reservation that #add made for this caller
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
   * Opens the connection of a client's session: one of its own, on which the server answered the client's `initialize`,
   * or, in shared mode, a share of the one that all clients use.
   * @param principal name of the session's principal
   * @throws GatewayError
   */
  async session(
    principal: string,
    initialize: RequestFrame,
    told: Told,
    signal: AbortSignal,
  ): Promise<Handshake<SessionConnection>> {
    if (!this.backend.shared)
      return handshake(this.backend, principal, initialize, (upstream) => new Connection(upstream, told), signal);
    const common = await this.acquire({ principal: "", capabilities: {}, exclusive: false });
    const answer = Frame.result(initialize.idText, JSON.stringify(common.initialized));
    return { connection: new SharedConnection(common, told), answer, warm: true };
  }

  close(): void {
    clearInterval(this.#sweeper);
    for (const connection of this.#connections) connection.close();
  }

  /** Closes a principal's connections, with the calls on them: a later one of its name begins with none. */
  endAll(principal: string): void {
    for (const connection of this.#connections) {
      if (connection.key.split("\n", 1)[0] === principal) connection.close();
    }
  }

  #key({ principal, capabilities }: ConnectionUse): string {
    if (this.backend.shared) return "";
    return this.backend.eras.modern ? principal : `${principal}\n${canonicalJson(capabilities)}`;
  }

  /** Finds out the server's era if it is unknown. Callers at the same time share one attempt. */
  #knowEra(who: string | undefined): Promise<void> | undefined {
    if (this.backend.eras.modern !== undefined) return undefined;
    this.#discovering ??= discover(this.backend, who).finally(() => {
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
    return this.backend.eras.modern ? this.#modern(key, use) : this.#legacy(key, use);
  }

  async #modern(key: string, use: ConnectionUse): Promise<PooledConnection> {
    const { upstream } = await this.backend.open(who(use));
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
    const initialize = Frame.request(ownId(), "initialize", params);
    const common = this.backend.shared;
    const { connection, answer } = await handshake(
      this.backend,
      common ? undefined : who(use),
      initialize,
      (upstream) => new PooledConnection(upstream, { key, era: "legacy", common, ended: this.#ended }),
    );
    const { error } = answer;
    if (error) {
      connection.close();
      const words = named(this.backend.name, error.message, " refused initialize:");
      throw new GatewayError(502, ErrorCode.ServerUnavailable, words);
    }
    connection.initialized = objectOf(answer.exact("result"));
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
    connection.reserved++; // for the caller that it was opened for
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
      // The server was removed, so its idle connections close at once.
    }
    for (const connection of this.#connections) {
      if (connection.idle && now - connection.usedAt > (connection.brief ? BRIEF_MS : limit)) connection.close();
    }
  }
}
