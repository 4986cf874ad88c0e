import { Frame } from "../wire/frame";
import type { RequestId } from "../wire/json-rpc";
import { TooMuch } from "../wire/parse-limits";

/** Why an upstream connection ended. */
export interface UpstreamEnd {
  /** Part of a sentence, like "its process ended" or "it refused the connection: ...". */
  reason: string;
  /** Ids of requests that the server did not take, so that they may be sent again on a new connection. */
  untouched?: RequestId[];
  /** True when the server said that it has no room; a later attempt may succeed. */
  busy?: boolean;
}

/** The user of an upstream connection. */
export interface UpstreamUser {
  /** True when the user waits for no answer. */
  readonly idle?: boolean;
  /**
   * Takes a message of the server.
   * @param related id of the request it belongs to, when the transport names it (HTTP)
   */
  message(frame: Frame, related?: RequestId): void;
  /** Called once, when the connection has ended; not after close(). */
  ended(end: UpstreamEnd): void;
}

/** A connection for MCP messages to one server process (stdio), or to one session of an HTTP server. */
export interface Upstream {
  /** Takes the messages; changes when a client gets a connection from the warm pool. */
  user: UpstreamUser;
  /** Called once when the connection has ended, also after close(). */
  onGone?: () => void;
  readonly alive: boolean;
  /** What the server wrote instead of messages, as the end of an error's sentence; empty when nothing. */
  readonly printed?: string;
  /**
   * Sends a message. Its text must be one line.
   * @param headers further HTTP headers, for HTTP
   */
  send(frame: Frame, headers?: Record<string, string>): void;
  /** Tells the server that a request was cancelled. */
  cancel(id: RequestId, reason: string): void;
  /** Stops reading for a while, because the client is slower than the server. */
  pause(): void;
  resume(): void;
  /** Called when the server's container was started again, so that the server may not know this connection any more. */
  outlived?(): void;
  /** Ends the connection, and with it the server's process or session. */
  close(): void;
}

/** Most characters of the id of a server's question: each open question's id is kept, up to 1,000 a client. */
const ID_LIMIT = 4 * 1024;

/** Refuses a question whose id is too long to be kept. @throws TooMuch */
export function checkQuestion(frame: Frame): void {
  if (frame.isRequest() && frame.idText.length > ID_LIMIT)
    throw new TooMuch(["id"], `a question's id of more than ${ID_LIMIT} characters`);
}

/**
 * Answers a server's ping. The gateway answers itself, as the client may have no stream open.
 * @returns false when the message is something else
 */
export function answersPing(upstream: Upstream, frame: Frame): boolean {
  if (frame.method !== "ping" || !frame.isRequest()) return false;
  upstream.send(Frame.result(frame.idText, "{}"));
  return true;
}

/** The user of a connection that has none yet: drops all messages. */
export const NOBODY: UpstreamUser = { message: () => {}, ended: () => {} };
