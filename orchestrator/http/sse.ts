import type { ServerResponse } from "node:http";
import { jsonLine } from "../../lib/json-line";

/** Milliseconds between comments on a silent stream, which keep proxies from closing it. */
const HEARTBEAT_MS = 15_000;
/** Most unread bytes of a client; beyond that it is disconnected. */
const BACKLOG = 1024 * 1024;

/** An open text/event-stream. */
export interface EventStream {
  /** Ends when the client goes, reads too slowly, or `close` is called. */
  signal: AbortSignal;
  /** Sends a value as JSON. */
  send(data: unknown, fields?: { id?: number; event?: string }): void;
  close(): void;
}

function field(name: string, value: string | number | undefined): string {
  return value === undefined ? "" : `${name}: ${value}\n`;
}

/** The streams of one server. */
export class Streams {
  readonly #open = new Set<EventStream>();

  /** @param heartbeatMs milliseconds between the comments */
  constructor(private readonly heartbeatMs = HEARTBEAT_MS) {}

  /** Turns an answer that has not begun into a stream. */
  open(response: ServerResponse): EventStream {
    const ended = new AbortController();
    response.writeHead(200, {
      "Content-Type": "text/event-stream",
      "Cache-Control": "no-store",
      // Without this header, proxies like nginx buffer the stream.
      "X-Accel-Buffering": "no",
    });
    response.flushHeaders();
    const write = (text: string): void => {
      if (ended.signal.aborted || response.writableEnded) return;
      response.write(text);
      if (response.writableLength > BACKLOG) response.destroy();
    };
    const heartbeat = setInterval(() => write(":\n\n"), this.heartbeatMs);
    const stream: EventStream = {
      signal: ended.signal,
      send: (data, { id, event } = {}) =>
        write(`${field("id", id)}${field("event", event)}data: ${jsonLine(data)}\n\n`),
      close: () => void response.end(),
    };
    this.#open.add(stream);
    const closed = (): void => {
      clearInterval(heartbeat);
      this.#open.delete(stream);
      ended.abort();
    };
    if (response.destroyed)
      closed(); // the client went before: that is not told again
    else response.once("close", closed);
    return stream;
  }

  /** Ends all streams, so that the server can close. */
  close(): void {
    for (const stream of this.#open) stream.close();
  }
}
