import { Frame } from "../wire/frame";
import type { RequestId } from "../wire/json-rpc";

/** Why an upstream connection ended, for people and for what happens next. */
export interface UpstreamEnd {
  /** One sentence part: "its process ended", "it refused the connection: ...". */
  reason: string;
  /** Requests that the server did not take, so that they may be sent again to a new one. */
  untouched?: RequestId[];
  /** The server said that it has no room: worth a later try. */
  busy?: boolean;
}

/** Whoever uses an upstream connection. */
export interface UpstreamUser {
  /**
   * A message of the server.
   * @param related the request it belongs to, where the transport says so (HTTP)
   */
  message(frame: Frame, related?: RequestId): void;
  /** The connection is gone; told once, and not after close(). */
  ended(end: UpstreamEnd): void;
}

/** A pipe of MCP messages to one server process (stdio), or to one session of an HTTP server. */
export interface Upstream {
  /** Who is told; changes when a waiting connection is given to a client. */
  user: UpstreamUser;
  /** Told once when the connection is gone, whoever ended it. */
  onGone?: () => void;
  readonly alive: boolean;
  /**
   * Sends a message, whose text is one line.
   * @param headers more HTTP headers, where the transport is HTTP
   */
  send(frame: Frame, headers?: Record<string, string>): void;
  /** Tells the server that nobody waits for this request any more. */
  cancel(id: RequestId, reason: string): void;
  /** Stops reading for a while, because the client is slower than the server. */
  pause(): void;
  resume(): void;
  /** The server's container was started again: what it says of this connection may be that it knows nothing of it. */
  outlived?(): void;
  /** Ends the connection, and with it the server's process or session. */
  close(): void;
}

/**
 * Answers a server's ping, at any time: towards a server the gateway is the client, and a client of its own need not listen.
 * @returns false when the message is something else
 */
export function answersPing(upstream: Upstream, frame: Frame): boolean {
  if (frame.method !== "ping" || !frame.isRequest()) return false;
  upstream.send(Frame.result(frame.idText, "{}"));
  return true;
}

/** Takes messages of a connection that nobody uses yet. */
export const NOBODY: UpstreamUser = { message: () => {}, ended: () => {} };
