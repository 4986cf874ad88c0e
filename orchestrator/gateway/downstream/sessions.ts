import { milliseconds } from "../../../lib/durations";
import { Holders } from "../../../lib/holders";
import type { Servers } from "../../servers/server-info";
import type { Exchange } from "../calls/exchange";
import { tooMany } from "../calls/in-flight";
import type { GatewayContext } from "../context";
import { GatewayError } from "../gateway-api";
import { ErrorCode } from "../wire/json-rpc";
import type { EndReason, Session } from "./session";

/** Milliseconds between searches for unused sessions. */
const SWEEP_MS = 2_000;
/**
 * Milliseconds after which a client that closed its GET stream counts as gone, unless it returns or sends a message.
 */
const DESERTED_MS = 120_000;
/** Milliseconds without a message after which a session with an open GET stream may be evicted for a new session. */
const IDLE_LISTENER_MS = 60_000;
/** Idle time-out of sessions with all servers, in milliseconds: no manifest sets one for them. */
const AGGREGATE_IDLE_MS = 30 * 60_000;

/** Holds all legacy sessions by id, enforces the limits on their number, and ends unused ones. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  /**
   * Sessions without an answer to `initialize` yet. They take a place, but cannot be evicted and do not count as
   * opened.
   */
  readonly #beginning = new Set<Session>();
  /** Sessions that wait for the answer to `initialize`, which their client has sent. */
  readonly #starting = new Map<Session, Promise<void>>();
  readonly #held = new Holders();
  readonly #sweeper: NodeJS.Timeout;
  /** Time when a session's GET stream was last seen open, in milliseconds since 1970. */
  readonly #listened = new Map<Session, number>();

  constructor(
    private readonly context: GatewayContext,
    private readonly servers: Servers,
    private readonly desertedMs = DESERTED_MS,
  ) {
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  /** Returns the session of that id, if it belongs to this principal. */
  get(key: string, principal: string): Session | undefined {
    const session = this.#sessions.get(key);
    return session?.principal.name === principal ? session : undefined;
  }

  list(): Session[] {
    return [...this.#sessions.values()];
  }

  of(server: string | undefined): Session[] {
    return this.list().filter((session) => session.server === server);
  }

  /**
   * Registers a session that is about to be opened. Evicts another one if there is no room.
   * @throws GatewayError 429 at the principal's limit (maxSessionsPerToken), 503 at the limit of all (maxSessions)
   */
  add(session: Session): void {
    const { sessions: cap, sessionsPerToken: share } = this.context.config.limits;
    const who = session.principal.name;
    if (share > 0 && this.#held.of(who) >= share && !this.evict(undefined, (other) => other === who))
      throw tooMany(who, this.#held.of(who), "sessions", "maxSessionsPerToken");
    const isRoom = (): boolean =>
      this.#sessions.size < cap || this.evict(undefined, (other) => this.#held.yields(other, who));
    if (!isRoom() && !this.#reclaim(who))
      throw new GatewayError(503, ErrorCode.Busy, `all ${cap} sessions of the gateway are in use (maxSessions)`);
    this.#sessions.set(session.key, session);
    this.#held.add(who);
    this.#beginning.add(session);
  }

  /** Opens a session with the client's `initialize`, and answers that in any case. */
  start(session: Session, initialize: Exchange): void {
    this.#starting.set(session, this.#started(session, initialize));
  }

  /** Passes a request to its session. Before `initialize` is answered, only a ping is; all else waits. */
  request(session: Session, exchange: Exchange): void {
    const starting = this.#starting.size > 0 ? this.#starting.get(session) : undefined;
    if (!starting) session.request(exchange);
    else if (exchange.request.method === "ping") exchange.result("{}");
    else starting.then(() => session.request(exchange)).catch((error) => exchange.reject(error));
  }

  /** Never rejects. */
  async #started(session: Session, initialize: Exchange): Promise<void> {
    const began = performance.now();
    try {
      const warm = await session.start(initialize);
      if (warm !== undefined) this.opened(session, warm, (performance.now() - began) / 1_000);
    } catch (error) {
      initialize.reject(error);
      session.end("process-ended");
    } finally {
      this.#starting.delete(session);
    }
  }

  /** Reports that a session was opened. */
  opened(session: Session, warm: boolean, seconds: number): void {
    if (!this.#beginning.delete(session)) return; // the session has ended meanwhile
    this.context.observer.sessionOpened(session.server ?? "", warm, seconds);
    this.context.events.emit("session.opened", session.server, { session: session.info().id });
  }

  /** Removes a session that has ended, and reports its end. */
  removed(session: Session, reason: EndReason): void {
    this.#listened.delete(session);
    if (this.#sessions.delete(session.key)) this.#held.remove(session.principal.name);
    if (this.#beginning.delete(session)) return; // it was never reported as opened
    this.context.observer.sessionEnded(session.server ?? "", reason);
    this.context.events.emit("session.ended", session.server, { session: session.info().id, reason });
  }

  /**
   * Makes room by taking from the session that was idle longest.
   * @param server takes only the session's process of this server; undefined: ends the whole session
   * @param yields tells whether a principal's sessions may be taken
   * @returns false when no session is idle
   */
  evict(server?: string, yields: (principal: string) => boolean = () => true): boolean {
    let found: { session: Session; rank: number } | undefined;
    const now = Date.now();
    for (const session of this.#sessions.values()) {
      if (!yields(session.principal.name)) continue;
      const since = this.#idleSince(session, server);
      const { listening } = session.client;
      if (since === undefined || (listening && now - since < IDLE_LISTENER_MS)) continue;
      const rank = since + (listening ? now : 0); // sessions with an open GET stream go last
      if (!found || rank < found.rank) found = { session, rank };
    }
    if (server === undefined) found?.session.end("evicted");
    else found?.session.evict(server);
    return found !== undefined;
  }

  /**
   * Makes room for a principal without any session: ends a session, even one in use, of the principal with the most.
   * @returns false when no principal has more than one
   */
  #reclaim(who: string): boolean {
    const most = this.#held.givesTo(who);
    if (most === undefined) return false;
    const its = this.list().filter(({ principal }) => principal.name === most);
    its.sort((a, b) => a.usedAt - b.usedAt);
    const idle = its.find(({ client }) => client.pending.size === 0);
    if (idle) idle.end("evicted");
    else its[0]?.end("reclaimed");
    return true;
  }

  close(): void {
    clearInterval(this.#sweeper);
    for (const session of this.list()) session.end("shutdown");
  }

  #idleSince(session: Session, server: string | undefined): number | undefined {
    if (this.#beginning.has(session)) return undefined;
    if (server !== undefined) return session.idleSince(server);
    return session.client.pending.size === 0 ? session.usedAt : undefined;
  }

  #sweep(): void {
    const now = Date.now();
    for (const session of this.#sessions.values()) {
      const { listening } = session.client;
      if (listening) this.#listened.set(session, now);
      if (listening || session.client.pending.size > 0) continue;
      const silent = now - session.usedAt;
      if (silent > this.#idleTimeout(session)) session.end("idle");
      else if (now - (this.#listened.get(session) ?? now) > this.desertedMs && silent > this.desertedMs)
        session.end("client-gone");
    }
  }

  #idleTimeout({ server }: Session): number {
    const manifest = server === undefined ? undefined : this.servers.get(server)?.manifest;
    return manifest ? milliseconds(manifest.sessions.idleTimeout) : AGGREGATE_IDLE_MS;
  }
}
