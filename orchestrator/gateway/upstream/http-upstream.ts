import type { IncomingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Account, ByteBudget } from "../wire/byte-budget";
import { Frame } from "../wire/frame";
import { ErrorCode, type RequestId } from "../wire/json-rpc";
import { ReadingPace } from "../wire/reading-pace";
import { type Answer, drained, request, textOf } from "./http-client";
import { soundAnswer } from "./odd-answers";
import { frameOf, readEvents, Seen } from "./read-events";
import { NOBODY, type Upstream, type UpstreamEnd, type UpstreamUser } from "./upstream";

/** Milliseconds for the DELETE of a session at its end. */
const FAREWELL_MS = 2_000;
/** Attempts in a row that bring nothing new, to go on with a stream that broke. */
const RECONNECTS = 5;

/** What servers say of a session that they do not know, or do not know any more. */
const SESSION_GONE =
  /(?:\bno\b|no such|not|unknown|invalid|expired|missing|lost|closed)\b[^.\n]*\bsession|session\b[^.\n]*(?:not|unknown|invalid|expired|missing|gone|closed|terminated|required)|not initialized/i;

/** One session of a Streamable HTTP server, or, in the modern era, a client of it. Redirects are never followed. */
export class HttpUpstream implements Upstream {
  user: UpstreamUser = NOBODY;
  onGone?: () => void;
  readonly #aborts = new Map<RequestId | symbol, AbortController>();
  #alive = true;
  #session: string | undefined;
  #version: string | undefined;
  #outlived = false;
  #open: { promise: Promise<void>; resume: () => void } | undefined;
  readonly #pace = new ReadingPace();

  /** How the ids of requests without an answer were written. */
  readonly #asked = new Map<RequestId, string>();

  /** @param name of the server, for what its malformed answers are told with */
  constructor(
    private readonly url: string,
    private readonly name: string,
    private readonly budget: ByteBudget,
  ) {}

  get alive(): boolean {
    return this.#alive;
  }

  send(frame: Frame, headers: Record<string, string> = {}): void {
    if (!this.#alive) return;
    const id = frame.isRequest() ? frame.id : undefined;
    const abort = new AbortController();
    const key = id ?? Symbol();
    this.#aborts.set(key, abort);
    if (frame.isRequest()) this.#asked.set(frame.id, frame.idText);
    void this.#post(frame, headers, id, abort.signal)
      .catch((error: NodeJS.ErrnoException) => {
        if (!abort.signal.aborted) this.#failed(id, error);
      })
      .finally(() => {
        this.#aborts.delete(key);
        if (id !== undefined) this.#asked.delete(id);
      });
  }

  /** An answer to a request as it should be. */
  #sound(frame: Frame, id: RequestId | undefined): Frame {
    const written = id === undefined ? undefined : this.#asked.get(id);
    return id === undefined || written === undefined ? frame : soundAnswer(this.name, frame, new Map([[id, written]]));
  }

  cancel(id: RequestId, reason: string): void {
    if (this.#session !== undefined) {
      this.send(Frame.notification("notifications/cancelled", { requestId: id, reason }));
    }
    this.#aborts.get(id)?.abort(); // in the modern era that is the cancellation, in the other one it frees a connection
  }

  pause(): void {
    if (this.#open) return;
    let resume = (): void => {};
    const promise = new Promise<void>((resolve) => {
      resume = resolve;
    });
    this.#open = { promise, resume };
  }

  resume(): void {
    this.#open?.resume();
    this.#open = undefined;
  }

  outlived(): void {
    this.#outlived = true;
  }

  close(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.resume();
    for (const abort of this.#aborts.values()) abort.abort();
    if (this.#session !== undefined) void this.#farewell(this.#session);
    this.onGone?.();
  }

  async #farewell(session: string): Promise<void> {
    const headers = { "mcp-session-id": session, ...(this.#version ? { "mcp-protocol-version": this.#version } : {}) };
    await request(this.url, "DELETE", headers, AbortSignal.timeout(FAREWELL_MS))
      .then(drained)
      .catch(() => {}); // it has gone, or goes by its own time-out
  }

  #headers(more: Record<string, string>): Record<string, string> {
    return {
      ...(this.#session !== undefined ? { "mcp-session-id": this.#session } : {}),
      ...(this.#version !== undefined ? { "mcp-protocol-version": this.#version } : {}),
      ...more,
    };
  }

  async #post(
    frame: Frame,
    more: Record<string, string>,
    id: RequestId | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const headers = this.#headers({
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...more,
    });
    // A tool is never called twice; all else may be asked again.
    const answer = await request(this.url, "POST", headers, signal, frame.text, frame.method !== "tools/call");
    const { statusCode } = answer;
    let text: string | undefined;
    if (statusCode >= 400 && this.#session !== undefined) {
      // 404 is what the specification wants; several frameworks say 400, and why.
      if (statusCode === 400 && !this.#outlived) text = await textOf(answer, this.#account(answer));
      const isGone = statusCode === 404 || this.#outlived || (text !== undefined && SESSION_GONE.test(text));
      if (isGone) {
        if (text === undefined) drained(answer);
        return this.#end({ reason: "its session is gone", untouched: id === undefined ? [] : [id] });
      }
    }
    if (frame.method === "initialize") this.#adopt(answer.headers);
    if (text !== undefined) this.#json(text, statusCode, id);
    else if (id === undefined) drained(answer);
    else if (isEventStream(answer)) await this.#stream(answer, id, signal);
    else this.#json(await textOf(answer, this.#account(answer)), statusCode, id);
    if (frame.method === "notifications/initialized") void this.#listen();
  }

  #adopt(headers: IncomingHttpHeaders): void {
    const session = headers["mcp-session-id"];
    if (typeof session === "string") this.#session = session;
  }

  #json(text: string, status: number, id: RequestId | undefined): void {
    if (id === undefined) return;
    const body = frameOf(text);
    const frames = (body?.batch ?? (body ? [body] : [])).map((frame) => this.#sound(frame, id));
    for (const frame of frames) if (frame.kind) this.#deliver(frame, id);
    if (!frames.some((frame) => frame.isResponse() && frame.id === id))
      this.#answerError(id, `it answered HTTP ${status}`);
  }

  /** Reads the stream of a request until its answer; when it breaks, goes on behind the last event, if the server can. */
  async #stream(first: Answer, id: RequestId, signal: AbortSignal): Promise<void> {
    const seen = new Seen();
    let answer: Answer | undefined = first;
    for (let failures = 0; answer && failures < RECONNECTS; failures++) {
      const before = seen.last;
      await this.#read(answer, id, seen);
      if (seen.answered) return;
      if (seen.last === undefined || !this.#alive) break;
      if (seen.last !== before) failures = 0;
      await sleep(seen.wait, undefined, { signal });
      answer = await this.#get(seen.last, signal);
    }
    this.#answerError(id, "its stream ended before the answer");
  }

  async #get(lastEventId: string | undefined, signal: AbortSignal): Promise<Answer | undefined> {
    const more: Record<string, string> = { accept: "text/event-stream" };
    if (lastEventId !== undefined) more["last-event-id"] = lastEventId;
    const answer = await request(this.url, "GET", this.#headers(more), signal);
    if (answer.statusCode === 200 && isEventStream(answer)) return answer;
    drained(answer);
    return undefined;
  }

  #read(answer: Answer, id: RequestId | undefined, seen: Seen): Promise<void> {
    const deliver = (frame: Frame): void => this.#deliver(frame, id);
    const sound = (frame: Frame): Frame => this.#sound(frame, id);
    return readEvents(answer, seen, {
      id,
      pace: this.#pace,
      ready: () => this.#open?.promise,
      account: this.#account(answer),
      sound,
      deliver,
    });
  }

  /** What is read of an answer; over the budget it ends the session. */
  #account({ body }: Answer): Account {
    return this.budget.open(this.name, (reason) => {
      body.destroy();
      this.#end({ reason });
    });
  }

  /** The stream for what belongs to no request; servers need not have one. */
  async #listen(): Promise<void> {
    const key = Symbol();
    const abort = new AbortController();
    this.#aborts.set(key, abort);
    const seen = new Seen();
    try {
      for (let failures = 0; this.#alive && failures < RECONNECTS; failures++) {
        const before = seen.last;
        const answer = await this.#get(seen.last, abort.signal);
        if (!answer) return;
        await this.#read(answer, undefined, seen);
        if (seen.last !== before) failures = 0;
        await sleep(seen.wait, undefined, { signal: abort.signal });
      }
    } catch {
      // aborted, or the server is gone: the next request finds that out
    } finally {
      this.#aborts.delete(key);
    }
  }

  #deliver(frame: Frame, related: RequestId | undefined): void {
    if (!this.#alive) return;
    if (this.#version === undefined) {
      const version = frame.at("result", "protocolVersion");
      if (typeof version === "string") this.#version = version;
    }
    this.user.message(frame, related);
  }

  #answerError(id: RequestId, reason: string): void {
    const words = `the server failed: ${reason}`;
    this.#deliver(Frame.error(JSON.stringify(id), ErrorCode.ServerUnavailable, words), id);
  }

  #failed(id: RequestId | undefined, error: NodeJS.ErrnoException): void {
    const refused = error.code === "ECONNREFUSED" || error.code === "EHOSTUNREACH";
    if (refused) this.#end({ reason: `it does not answer (${error.code})`, untouched: id === undefined ? [] : [id] });
    else if (id !== undefined) this.#answerError(id, `its connection broke (${error.code ?? error.message})`);
  }

  #end(end: UpstreamEnd): void {
    if (!this.#alive) return;
    this.#session = undefined; // nothing to say farewell to
    this.close();
    this.user.ended(end);
  }
}

function isEventStream({ headers }: Answer): boolean {
  return /^text\/event-stream\b/i.test(String(headers["content-type"] ?? ""));
}
