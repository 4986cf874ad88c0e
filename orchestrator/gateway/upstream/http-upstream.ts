import { setTimeout as sleep } from "node:timers/promises";
import type { ByteBudget } from "../wire/byte-budget";
import { Frame } from "../wire/frame";
import type { RequestId } from "../wire/json-rpc";
import { ownId } from "../wire/own-ids";
import { type Answer, bytesOf, drained } from "./http-client";
import { HttpSession } from "./http-session";
import { excerpt, isEventStream, isSessionGone, reasonIn, soundsLost, speaksOfLoss } from "./http-signs";
import { framesOf, NO_JSON, Seen } from "./read-events";
import type { UpstreamEnd } from "./upstream";
import { INSIDE, type Way } from "./way";
import { failureOf, WebUpstream } from "./web-upstream";

/** Attempts in a row to resume a broken stream that bring no new event. */
const RECONNECTS = 5;
/** Milliseconds for the ping that tells whether a session is gone. */
const PING_MS = 5_000;

/** A session with a Streamable HTTP server; in the modern era, which has none, a client of it. */
export class HttpUpstream extends WebUpstream {
  readonly #session: HttpSession;

  /** @param name of the server, for error messages */
  constructor(url: string, name: string, budget: ByteBudget, way: Way = INSIDE) {
    super(name, budget);
    this.#session = new HttpSession(url, way);
  }

  send(frame: Frame, headers: Record<string, string> = {}): void {
    if (!this.alive) return;
    const id = frame.isRequest() ? frame.id : undefined;
    if (frame.isRequest()) this.asked.set(frame.id, frame.idText);
    void this.run(id, (signal) => this.#post(frame, headers, id, signal));
  }

  protected get isOpen(): boolean {
    return this.#session.open;
  }

  protected farewell(): void {
    void this.#session.farewell();
  }

  async #post(
    frame: Frame,
    more: Record<string, string>,
    id: RequestId | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const answer = await this.#session.post(frame, more, signal);
    const { statusCode } = answer;
    let body: Buffer | undefined;
    if (statusCode >= 400 && this.#session.open) {
      if (this.isOutlived) drained(answer);
      else body = await bytesOf(answer, this.account(answer));
      if (body === undefined || isSessionGone(statusCode, body)) return this.#lost(id);
    }
    if (frame.method === "initialize") this.#session.adopt(answer.headers);
    if (body !== undefined) this.#json(body, answer, id);
    else if (id === undefined) drained(answer);
    else if (isEventStream(answer)) await this.#stream(answer, id, signal);
    else this.#json(await bytesOf(answer, this.account(answer)), answer, id);
    if (frame.method === "notifications/initialized") void this.run(undefined, (aborted) => this.#listen(aborted));
  }

  #json(body: Buffer, answer: Answer, id: RequestId | undefined): void {
    if (id === undefined) return;
    const frames = framesOf(body);
    const taken = (): void => {
      if (this.take(frames, id)) return;
      this.answerError(id, `it answered HTTP ${answer.statusCode}${reasonIn(answer) || excerpt(body)}`);
      if (answer.statusCode >= 400 && this.#session.open) this.#doubtAfterwards();
    };
    if (this.#session.open && soundsLost(answer.statusCode, body, frames)) this.#doubt(id, taken);
    else taken();
  }

  /** Ends a session that the server does not know any more; the request may be sent again in a new one. */
  #lost(id: RequestId | undefined): void {
    this.end({ reason: "its session is gone", untouched: id === undefined ? [] : [id] });
  }

  /** Finds out by a ping whether the session is gone, as an answer says. @param taken hands the answer on if not */
  #doubt(id: RequestId, taken: () => void): void {
    void this.run(id, async (signal) => {
      const pinged = await this.#ping(signal);
      if (pinged === "gone") this.#lost(id);
      else if (!signal.aborted) taken();
    });
  }

  /**
   * After a refusal without a reason: where a ping is refused too, the next request gets a new session. What was refused
   * is not sent again, as the server may have begun with it.
   */
  #doubtAfterwards(): void {
    void this.run(undefined, async (signal) => {
      if ((await this.#ping(signal)) !== "alive" && this.asked.size === 0) this.#lost(undefined);
    });
  }

  /** Asks for a ping in the session. Never rejects: without an answer the session counts as alive. */
  async #ping(signal: AbortSignal): Promise<"alive" | "gone" | "refused"> {
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(PING_MS)]);
      const answer = await this.#session.post(Frame.request(ownId(), "ping", {}), {}, limit);
      const { statusCode } = answer;
      if (!isEventStream(answer)) {
        const body = await bytesOf(answer, this.account(answer));
        const frames = framesOf(body);
        if (isSessionGone(statusCode, body) || soundsLost(statusCode, body, frames)) return "gone";
        return statusCode >= 400 && !frames?.some(({ kind }) => kind === "response") ? "refused" : "alive";
      }
      let isGone = false;
      const seen = new Seen();
      await this.read(answer, seen, true, (text) => {
        const frames = framesOf(text);
        isGone ||= speaksOfLoss(frames);
        if (frames?.some(({ answering }) => answering !== undefined)) answer.body.destroy();
        return undefined;
      });
      return isGone ? "gone" : "alive";
    } catch {
      return "alive"; // the next request finds out
    }
  }

  /** Reads a request's stream until its answer. Resumes a broken stream after its last event, if the server can. */
  async #stream(first: Answer, id: RequestId, signal: AbortSignal): Promise<void> {
    const seen = new Seen();
    let answer: Answer | undefined = first;
    for (let failures = 0; answer && failures < RECONNECTS; failures++) {
      const before = seen.last;
      await this.read(answer, seen, true, (text) => {
        const frames = framesOf(text);
        if (this.#session.open && speaksOfLoss(frames)) {
          seen.answered = true;
          this.#doubt(id, () => {
            if (!this.take(frames, id)) this.answerError(id, `it answered HTTP 200${excerpt(Buffer.from(text))}`);
          });
          return undefined;
        }
        // A server may answer another's request here. An answer to nobody's is this one's, gone wrong.
        const isStrange = frames?.some(
          ({ answering, id: of }) => answering && (of === undefined || !this.asked.has(of)),
        );
        if (this.take(frames, id)) seen.answered = true;
        if (frames === undefined) return NO_JSON;
        return isStrange ? "answers a request that nobody made" : undefined;
      });
      if (seen.answered) return;
      if (seen.last === undefined || seen.failure || !this.alive) break;
      if (seen.last !== before) failures = 0;
      await sleep(seen.wait, undefined, { signal });
      answer = await this.#session.stream(seen.last, signal);
    }
    const ended = `its stream ended before the answer${reasonIn(first) || seen.odd}`;
    this.answerError(id, seen.failure === undefined ? ended : failureOf(seen.failure));
  }

  /** Reads the stream for what belongs to no request; servers need not have one. */
  async #listen(signal: AbortSignal): Promise<void> {
    const seen = new Seen();
    try {
      for (let failures = 0; this.alive && failures < RECONNECTS; failures++) {
        const before = seen.last;
        const answer = await this.#session.stream(seen.last, signal);
        if (!answer) return;
        await this.read(answer, seen, false, (text) => {
          const frames = framesOf(text);
          for (const frame of frames ?? []) if (frame.kind) this.deliver(frame);
          return frames === undefined ? NO_JSON : undefined;
        });
        if (seen.last !== before) failures = 0;
        await sleep(seen.wait, undefined, { signal });
      }
    } catch {
      // Aborted, or the server is gone: the next request finds out.
    }
  }

  protected override deliver(frame: Frame, related?: RequestId): void {
    this.#session.learn(frame);
    super.deliver(frame, related);
  }

  protected override end(end: UpstreamEnd): void {
    if (this.alive) this.#session.lost();
    super.end(end);
  }
}
