import type { ServerResponse } from "node:http";
import type { Principal } from "../../security/principal";
import type { Exchange } from "../calls/exchange";
import type { SessionInfo } from "../gateway-api";
import type { Frame } from "../wire/frame";
import type { ClientSide } from "./client-side";

/** Why a session ended. The metrics use it as a label. */
export type EndReason =
  | "deleted"
  | "idle"
  | "evicted"
  | "reclaimed"
  | "process-ended"
  | "client-gone"
  | "server-removed"
  | "admin"
  | "shutdown";

/** What a client is told of the reasons that their words do not explain. */
const EXPLAINED: Partial<Record<EndReason, string>> = {
  idle: "nobody used it for longer than sessions.idleTimeout",
  evicted: "it was idle, and its place went to a new one, as all were in use (maxSessions)",
  reclaimed: "its place went to a token that had none, as all were in use (maxSessions)",
  admin: "an administrator ended it",
};

/** Says why a session ended, for the error of what it left without an answer. */
export function endWords(reason: EndReason): string {
  const more = EXPLAINED[reason];
  return `the session ended: ${reason}${more ? `: ${more}` : ""}`;
}

/** Called once, when a session has ended. */
export type OnEnd = (session: Session, reason: EndReason) => void;

/** A legacy client's session, with one server or with all servers. */
export interface Session {
  /** The Mcp-Session-Id. Whoever knows it and has the token can use the session, so it is secret. */
  readonly key: string;
  readonly principal: Principal;
  readonly server: string | undefined;
  /** Time of the client's last message, in milliseconds since 1970. */
  readonly usedAt: number;
  readonly client: ClientSide;
  /** The negotiated protocol version; undefined before the answer to `initialize`. */
  readonly version: string | undefined;
  info(): SessionInfo;
  /**
   * Opens the session with the client's `initialize`, and answers that.
   * @returns whether the process was started ahead; undefined when the server refused the session
   * @throws when the session cannot be opened; `initialize` has no answer then
   */
  start(exchange: Exchange): Promise<boolean | undefined>;
  /** Sends a request. The answer goes to the exchange. */
  request(exchange: Exchange): void;
  /** Takes a client's notification, or its answer to a server's question. */
  say(frame: Frame): void;
  /**
   * Takes a client's answer to a server's question, also one so malformed that it is no message.
   * @returns false when no such question is open
   */
  answer(frame: Frame): boolean;
  /** Opens the client's GET stream. */
  listen(response: ServerResponse, lastEventId: string | undefined): void;
  /**
   * Time of the session's last use of a server, in milliseconds since 1970; undefined while the session waits for an
   * answer there, or has no process of it.
   */
  idleSince(server: string): number | undefined;
  /** Gives up the session's process of a server. */
  evict(server: string): void;
  end(reason: EndReason): void;
}
