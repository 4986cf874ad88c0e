import type { ServerResponse } from "node:http";
import type { Principal } from "../../security/principal";
import type { Exchange } from "../calls/exchange";
import type { SessionInfo } from "../gateway-api";
import type { Frame } from "../wire/frame";
import type { ClientSide } from "./client-side";

/** Why a session ended: a label of the metrics. */
export type EndReason =
  | "deleted"
  | "idle"
  | "evicted"
  | "process-ended"
  | "client-gone"
  | "server-removed"
  | "admin"
  | "shutdown";

/** Told once when a session has ended. */
export type OnEnd = (session: Session, reason: EndReason) => void;

/** One client's conversation in the legacy era: with one server, or with all of them. */
export interface Session {
  /** The Mcp-Session-Id: a secret of its client. */
  readonly key: string;
  readonly principal: Principal;
  readonly server: string | undefined;
  /** Milliseconds since 1970 of its last message. */
  readonly usedAt: number;
  readonly client: ClientSide;
  /** The protocol version that was negotiated; undefined until then. */
  readonly version: string | undefined;
  info(): SessionInfo;
  /** Opens it with the client's `initialize`. @returns whether a process had been waiting; undefined when it did not come to be */
  start(exchange: Exchange): Promise<boolean | undefined>;
  /** A request; its answer goes to the exchange. */
  request(exchange: Exchange): void;
  /** A notification, or the answer to a question of the server. */
  say(frame: Frame): void;
  /** The client's GET stream. */
  listen(response: ServerResponse, lastEventId: string | undefined): void;
  /** Milliseconds since 1970 of its last use of a server, when it could do without; undefined when it waits for an answer there, or has no process of it. */
  idleSince(server: string): number | undefined;
  /** Gives up its process of a server. */
  evict(server: string): void;
  end(reason: EndReason): void;
}
