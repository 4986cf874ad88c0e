import { milliseconds } from "../../mcp/durations";
import type { Servers } from "../servers/server-info";
import type { GatewayContext } from "./context";
import { GatewayError } from "./gateway-api";
import { ErrorCode } from "./json-rpc";
import type { EndReason, Session } from "./session";

/** Milliseconds between looks for sessions nobody uses. */
const SWEEP_MS = 2_000;
/** A client that listened and listens no more has left, unless it comes back or asks something within this time. */
const DESERTED_MS = 120_000;
/** A session whose client listens may be taken for a new one when it was silent for so long, and the cap is reached. */
const SPARE_MS = 60_000;
/** Idle time-out of sessions with all servers, which have no manifest. */
const AGGREGATE_IDLE_MS = 30 * 60_000;

/** All sessions, by their ids; ends those that nobody uses. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #sweeper: NodeJS.Timeout;
  /** When a session's last open stream was seen. */
  readonly #listened = new Map<Session, number>();

  constructor(
    private readonly context: GatewayContext,
    private readonly servers: Servers,
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

  /** Room for one more in the cap of all servers together. @throws GatewayError 503 */
  makeRoom(): void {
    const { sessions: cap } = this.context.config.limits;
    if (this.#sessions.size < cap || this.reclaim(() => true)) return;
    throw new GatewayError(503, ErrorCode.Busy, `all ${cap} sessions of the gateway are in use`);
  }

  add(session: Session, warm: boolean, seconds: number): void {
    this.#sessions.set(session.key, session);
    this.context.observer.sessionOpened(session.server ?? "", warm, seconds);
    this.context.events.emit("session.opened", session.server, { session: session.info().id });
  }

  /** A session tells that it has ended. */
  removed(session: Session, reason: EndReason): void {
    this.#listened.delete(session);
    if (!this.#sessions.delete(session.key)) return; // it never came to be
    this.context.observer.sessionEnded(session.server ?? "", reason);
    this.context.events.emit("session.ended", session.server, { session: session.info().id, reason });
  }

  /** Ends the session that was not used for the longest time and can be spared. @returns false when there is none */
  reclaim(among: (session: Session) => boolean): boolean {
    let found: Session | undefined;
    const now = Date.now();
    for (const session of this.#sessions.values()) {
      if (!among(session) || session.client.pending.size > 0) continue;
      if (session.client.streams > 0 && now - session.usedAt < SPARE_MS) continue;
      if (!found || rank(session) < rank(found)) found = session;
    }
    found?.end("evicted");
    return found !== undefined;
  }

  close(): void {
    clearInterval(this.#sweeper);
    for (const session of this.list()) session.end("shutdown");
  }

  #sweep(): void {
    const now = Date.now();
    for (const session of this.#sessions.values()) {
      const listening = session.client.streams > 0;
      if (listening) this.#listened.set(session, now);
      if (listening || session.client.pending.size > 0) continue;
      const silent = now - session.usedAt;
      if (silent > this.#idleTimeout(session)) session.end("idle");
      else if (now - (this.#listened.get(session) ?? now) > DESERTED_MS && silent > DESERTED_MS)
        session.end("client-gone");
    }
  }

  #idleTimeout({ server }: Session): number {
    const manifest = server === undefined ? undefined : this.servers.get(server)?.manifest;
    return manifest ? milliseconds(manifest.sessions.idleTimeout) : AGGREGATE_IDLE_MS;
  }
}

/** Sessions whose clients listen go last. */
function rank(session: Session): number {
  return session.usedAt + (session.client.streams > 0 ? Number.MAX_SAFE_INTEGER / 2 : 0);
}
