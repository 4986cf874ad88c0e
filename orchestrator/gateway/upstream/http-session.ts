import type { IncomingHttpHeaders } from "node:http";
import type { Frame } from "../wire/frame";
import { type Answer, drained, request } from "./http-client";
import { isEventStream } from "./http-signs";
import type { Way } from "./way";

/** Milliseconds for the DELETE that ends a session. */
const FAREWELL_MS = 2_000;

/** Sends requests to one HTTP server, in the session and the protocol version that the server named. */
export class HttpSession {
  #id: string | undefined;
  #version: string | undefined;

  constructor(
    private readonly url: string,
    private readonly way: Way,
  ) {}

  /** True while the server has given a session; in the modern era it gives none. */
  get open(): boolean {
    return this.#id !== undefined;
  }

  /** Sends a message. @throws Error with a `code`, or when `signal` aborts */
  post(frame: Frame, more: Record<string, string>, signal: AbortSignal): Promise<Answer> {
    const headers = this.#headers({
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...more,
    });
    // A tool call is never sent twice; everything else may be.
    const asked = { url: this.url, method: "POST", headers, body: frame.text } as const;
    return request(this.way, { ...asked, repeatable: frame.method !== "tools/call" }, signal);
  }

  /** Opens an event stream, after an event that was seen already if one is named. @returns undefined when there is none */
  async stream(lastEventId: string | undefined, signal: AbortSignal): Promise<Answer | undefined> {
    const more: Record<string, string> = { accept: "text/event-stream" };
    // A header holds bytes, so an id goes as its UTF-8, as browsers send it.
    if (lastEventId !== undefined) more["last-event-id"] = Buffer.from(lastEventId).toString("latin1");
    const answer = await request(this.way, { url: this.url, method: "GET", headers: this.#headers(more) }, signal);
    if (answer.statusCode === 200 && isEventStream(answer)) return answer;
    drained(answer);
    return undefined;
  }

  /** Takes the session's id from the headers of the answer to `initialize`. */
  adopt(headers: IncomingHttpHeaders): void {
    const id = headers["mcp-session-id"];
    if (typeof id === "string") this.#id = id;
  }

  /** Takes the protocol version from the first message that names one. */
  learn(frame: Frame): void {
    if (this.#version !== undefined) return;
    const version = frame.at("result", "protocolVersion");
    if (typeof version === "string") this.#version = version;
  }

  /** Forgets the session, because the server has ended it. */
  lost(): void {
    this.#id = undefined;
  }

  /** Tells the server that its session is over. Never rejects. */
  async farewell(): Promise<void> {
    if (this.#id === undefined) return;
    const asked = { url: this.url, method: "DELETE", headers: this.#headers({}) } as const;
    await request(this.way, asked, AbortSignal.timeout(FAREWELL_MS))
      .then(drained)
      .catch(() => {}); // the session is gone, or ends by the server's own time-out
  }

  #headers(more: Record<string, string>): Record<string, string> {
    return {
      ...(this.#id !== undefined ? { "mcp-session-id": this.#id } : {}),
      ...(this.#version !== undefined ? { "mcp-protocol-version": this.#version } : {}),
      ...more,
    };
  }
}
