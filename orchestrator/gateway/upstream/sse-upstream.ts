import { setTimeout as sleep } from "node:timers/promises";
import type { ByteBudget } from "../wire/byte-budget";
import { Frame, type ResponseFrame } from "../wire/frame";
import { ErrorCode, type RequestId } from "../wire/json-rpc";
import { brokenAnswer } from "./broken-answers";
import { endpointOf } from "./endpoint-event";
import { bytesOf, drained, request } from "./http-client";
import { excerpt, isEventStream, isJson, isSessionGone, reasonIn, soundsLost } from "./http-signs";
import { soundAnswer } from "./odd-answers";
import { framesOf, NO_DATA, NO_JSON, NOISE_MS, Seen } from "./read-events";
import { StrangeAnswers } from "./strange-answers";
import { INSIDE, type Way } from "./way";
import { failureOf, WebUpstream } from "./web-upstream";

/** Milliseconds that a server has for its HTTP answer to a POST after its message on the stream. */
const ANSWERED_MS = 1_000;
/** Milliseconds that it has for the one to a notification. */
const NOTED_MS = 10_000;
/** HTTP statuses by which a server of another transport refuses GET. */
const NOT_MY_TRANSPORT = [400, 404, 405, 406];

/**
 * A session with a server that speaks HTTP+SSE, the transport of 2024-11-05: a stream that GET opens, whose first event
 * names the address for messages. All answers come on the stream, so its end is the session's.
 */
export class SseUpstream extends WebUpstream {
  /** What a message waits for before it is posted: the address, and that the server knows that it is initialised. */
  #turn: Promise<void> | undefined;
  #endpoint: string | undefined;
  /** True once the server has taken a message: only then can it lose the session. */
  #isKnown = false;
  readonly #strange: StrangeAnswers;

  /** @param name of the server, for error messages */
  constructor(
    private readonly url: string,
    name: string,
    budget: ByteBudget,
    private readonly way: Way = INSIDE,
  ) {
    super(name, budget);
    this.#strange = new StrangeAnswers(name);
  }

  get printed(): string {
    return this.isOpen ? "" : "; its event stream has not named an endpoint for messages yet";
  }

  send(frame: Frame, headers: Record<string, string> = {}): void {
    if (!this.alive) return;
    const id = frame.isRequest() ? frame.id : undefined;
    if (frame.isRequest()) {
      this.asked.set(frame.id, frame.idText);
      this.#strange.made(frame.id);
    }
    this.#turn ??= new Promise((opened) => void this.run(undefined, (signal) => this.#listen(signal, opened)));
    const turn = this.#turn;
    const posted = this.run(id, async (signal) => {
      await turn;
      if (!signal.aborted) await this.#post(frame, headers, id, signal);
    });
    if (frame.method === "notifications/initialized") this.#turn = posted; // requests are refused before
  }

  protected get isOpen(): boolean {
    return this.#endpoint !== undefined;
  }

  /** The end of the stream tells the server. */
  protected farewell(): void {}

  protected override deliver(frame: Frame, related?: RequestId): void {
    const posting = frame.isResponse() ? this.runningOf(frame.id) : undefined;
    if (posting) setTimeout(() => posting.abort(), ANSWERED_MS).unref();
    super.deliver(frame, related);
  }

  /** Reads the stream to its end. @param opened called when the server has named the address for messages */
  async #listen(signal: AbortSignal, opened: () => void): Promise<void> {
    let reason: string;
    try {
      const answer = await request(
        this.way,
        { url: this.url, method: "GET", headers: { accept: "text/event-stream" } },
        signal,
      );
      if (answer.statusCode === 200 && isEventStream(answer)) {
        const seen = new Seen();
        const event = (text: string, name?: string): string | undefined => {
          if (name !== "endpoint") return this.#message(text);
          if (!this.isOpen) this.#named(text, opened); // later ones change nothing
          return undefined;
        };
        await this.read(answer, seen, false, event, (line) => this.#outside(line));
        reason = seen.failure ? failureOf(seen.failure) : `its event stream ended${seen.odd}`;
      } else {
        const said = reasonIn(answer) || excerpt(await bytesOf(answer, this.account(answer)));
        const more = NOT_MY_TRANSPORT.includes(answer.statusCode) ? ": are transport.type and path right?" : "";
        reason = `it answered GET with HTTP ${answer.statusCode} and no event stream${said}${more}`;
      }
    } catch (error) {
      reason = failureOf(error as NodeJS.ErrnoException);
    }
    this.end({ reason, untouched: this.isOpen ? [] : [...this.asked.keys()] });
  }

  #named(text: string, opened: () => void): void {
    try {
      this.#endpoint = endpointOf(text, this.url);
      opened();
    } catch (error) {
      this.end({ reason: `it named an endpoint ${(error as Error).message}` });
    }
  }

  /** @returns what is wrong with it */
  #message(text: string): string | undefined {
    let frame: Frame;
    try {
      frame = Frame.read(text).onOneLine();
    } catch (error) {
      const broken = brokenAnswer(this.name, Buffer.from(text), error, this.asked);
      if (broken) this.deliver(broken);
      return broken ? undefined : NO_JSON;
    }
    for (const one of frame.batch ?? [frame]) {
      const sound = soundAnswer(this.name, one, this.asked);
      if (sound.answering && !(sound.isResponse() && this.asked.has(sound.id)))
        this.#later(this.#strange.errorFor(sound, this.asked));
      if (sound.kind) this.deliver(sound);
    }
    return undefined;
  }

  /** Fails the request that a line answers which is no event: no other answer may come. */
  #outside(line: string): void {
    for (const frame of framesOf(line) ?? []) {
      const { id } = soundAnswer(this.name, frame, this.asked);
      const written = id === undefined ? undefined : this.asked.get(id);
      if (!frame.answering || written === undefined) continue;
      const words = `server ${this.name}: a line of its event stream ${NO_DATA}${excerpt(frame.bytes)}`;
      this.#later(Frame.error(written, ErrorCode.ServerUnavailable, words));
    }
  }

  /** Hands on the error for a request, unless its answer follows soon. */
  #later(error: ResponseFrame | undefined): void {
    if (!error) return;
    void this.run(undefined, async (signal) => {
      await sleep(NOISE_MS, undefined, { signal, ref: false });
      if (this.asked.has(error.id)) this.deliver(error);
    });
  }

  async #post(
    frame: Frame,
    more: Record<string, string>,
    id: RequestId | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const headers = { "content-type": "application/json", accept: "application/json, text/event-stream", ...more };
    // A tool call is never sent twice; everything else may be.
    const isRepeatable = frame.method !== "tools/call";
    const limit = id === undefined ? AbortSignal.any([signal, AbortSignal.timeout(NOTED_MS)]) : signal;
    const answer = await request(
      this.way,
      { url: this.#endpoint as string, method: "POST", headers, body: frame.text, repeatable: isRepeatable },
      limit,
    );
    const { statusCode } = answer;
    const isTaken = statusCode >= 200 && statusCode < 300;
    this.#isKnown ||= isTaken;
    if (isTaken && (id === undefined || !isJson(answer))) return drained(answer);
    const body = await bytesOf(answer, this.account(answer));
    const isGone = isSessionGone(statusCode, body) || soundsLost(statusCode, body, framesOf(body));
    if (this.#isKnown && statusCode >= 400 && (isGone || this.isOutlived))
      return this.end({ reason: "its session is gone", untouched: id === undefined ? [] : [id] });
    // Some servers answer here. What the stream says later is then of nobody's interest.
    if (id === undefined || !this.asked.has(id) || this.take(framesOf(body), id) || isTaken) return;
    this.answerError(id, `it answered HTTP ${statusCode}${reasonIn(answer) || excerpt(body)}`);
  }
}
