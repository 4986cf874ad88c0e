import type { Message, RequestId } from "../wire/json-rpc";

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
   * @param text as it came, one line
   * @param related the request it belongs to, where the transport says so (HTTP)
   */
  message(message: Message, text: string, related?: RequestId): void;
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
   * Sends a message.
   * @param text one line of JSON
   * @param headers more HTTP headers, where the transport is HTTP
   */
  send(message: Message, text: string, headers?: Record<string, string>): void;
  /** Tells the server that nobody waits for this request any more. */
  cancel(id: RequestId, reason: string): void;
  /** Stops reading for a while, because the client is slower than the server. */
  pause(): void;
  resume(): void;
  /** Ends the connection, and with it the server's process or session. */
  close(): void;
}

/** Takes messages of a connection that nobody uses yet. */
export const NOBODY: UpstreamUser = { message: () => {}, ended: () => {} };
