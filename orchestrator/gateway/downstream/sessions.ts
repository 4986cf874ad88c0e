import { milliseconds } from "../../../lib/durations";
import type { Servers } from "../../servers/server-info";
import type { GatewayContext } from "../context";
import { GatewayError } from "../gateway-api";
import { ErrorCode } from "../wire/json-rpc";
import type { EndReason, Session } from "./session";

/** Milliseconds between looks for sessions nobody uses. */
const SWEEP_MS = 2_000;
/** A client that listened and listens no more has left, unless it comes back or asks something within this time. */
export const DESERTED_MS = 120_000;
/** A session whose client listens may be taken for a new one when it was silent for so long, and the cap is reached. */
const IDLE_LISTENER_MS = 60_000;
/** Idle time-out of sessions with all servers, which have no manifest. */
const AGGREGATE_IDLE_MS = 30 * 60_000;

/** All sessions, by their ids; ends those that nobody uses. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  /** Those whose `initialize` is not answered yet: they take a place, and nothing else. */
  readonly #beginning = new Set<Session>();
  readonly #sweeper: NodeJS.Timeout;
  /** When a session's client was last seen listening. */
  readonly #listened = new Map<Session, number>();

  constructor(
    private readonly context: GatewayContext,
    private readonly servers: Servers,
    private readonly desertedMs = DESERTED_MS,
  ) {
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  /** The session of that id, when it is this principal's. */
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

  /** Takes a session in that is about to be opened. @throws GatewayError 503 when the cap of all servers together is reached */
  add(session: Session): void {
    const { sessions: cap } = this.context.config.limits;
    if (this.#sessions.size >= cap && !this.evict()) {
      throw new GatewayError(503, ErrorCode.Busy, `all ${cap} sessions of the gateway are in use`);
    }
    this.#sessions.set(session.key, session);
    this.#beginning.add(session);
  }

  /** It has been opened. */
  opened(session: Session, warm: boolean, seconds: number): void {
    if (!this.#beginning.delete(session)) return; // it has ended meanwhile
    this.context.observer.sessionOpened(session.server ?? "", warm, seconds);
    this.context.events.emit("session.opened", session.server, { session: session.info().id });
  }

  /** A session tells that it has ended. */
  removed(session: Session, reason: EndReason): void {
    this.#listened.delete(session);
    this.#sessions.delete(session.key);
    if (this.#beginning.delete(session)) return; // it never came to be
    this.context.observer.sessionEnded(session.server ?? "", reason);
    this.context.events.emit("session.ended", session.server, { session: session.info().id, reason });
  }

  /**
   * Makes room where it was not needed for the longest time.
   * @param server takes a process of it from a session; without one, a whole session ends
   * @returns false when nothing can be spared
   */
  evict(server?: string): boolean {
    let found: { session: Session; rank: number } | undefined;
    const now = Date.now();
    for (const session of this.#sessions.values()) {
      const since = this.#idleSince(session, server);
      const { listening } = session.client;
      if (since === undefined || (listening && now - since < IDLE_LISTENER_MS)) continue;
      const rank = since + (listening ? now : 0); // those whose clients listen go last
      if (!found || rank < found.rank) found = { session, rank };
    }
    if (server === undefined) found?.session.end("evicted");
    else found?.session.evict(server);
    return found !== undefined;
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
