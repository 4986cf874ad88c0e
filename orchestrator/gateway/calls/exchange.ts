import { AuditResult } from "../../../api/audit-result";
import type { Principal } from "../../security/principal";
import { asGatewayError, GatewayError } from "../gateway-api";
import { Frame, type RequestFrame, type ResponseFrame } from "../wire/frame";
import { ErrorCode, type RequestId } from "../wire/json-rpc";
import { type CallRecord, codeOf, type Recorder, resultOf } from "./recorder";

/** Carries messages about a request back to its client. */
export interface Reply {
  /** HTTP headers for the answer; unused when the answer goes out on a stream that is open already. */
  headers: Record<string, string>;
  /** True when the client can take up again what it missed. */
  readonly streaming: boolean;
  /** Sends a message that comes before the answer. */
  notify(frame: Frame): void;
  /** Sends the answer, once. */
  answer(frame: Frame): void;
  /** Announces that the next answer is an error of the gateway's own: its HTTP status may be used. */
  failing(error: GatewayError): void;
  /** Ends the reply without an answer, because the client cancelled the request. @param id the request's id, as JSON */
  leave(id: string): void;
}

/**
 * Milliseconds that a client may take to answer a server's question during a call: ten minutes, as a person answers.
 */
export const QUESTION_MS = 10 * 60_000;

/** One request of a client, from its arrival to its answer. */
export class Exchange {
  readonly id: RequestId;
  readonly progressToken: RequestId | undefined;
  /** Turns the server's answer into the client's: hides what the client may not see, and puts outer names in. */
  rewrite?: (answer: ResponseFrame) => ResponseFrame;
  /** True once the request went to a second upstream session, because the first ended before it took the request. */
  retried = false;
  /** Open questions of the server to the client during this call. They stop the time-out, for QUESTION_MS at most. */
  questions = 0;
  /** Called when the exchange is done: answered, failed or cancelled. */
  onDone?: (exchange: Exchange) => void;
  /** Called when the exchange is done, for the count of each principal's requests. */
  onEnd?: (exchange: Exchange) => void;
  #withdraw?: (reason: string) => void;
  #timer: NodeJS.Timeout | undefined;
  #done = false;

  constructor(
    public request: RequestFrame,
    readonly principal: Principal,
    readonly call: CallRecord,
    readonly reply: Reply,
    private readonly recorder: Recorder,
  ) {
    this.id = request.id;
    this.progressToken = request.progressToken;
  }

  /** Tells the server that nobody waits for the answer; set once the server has the request. */
  set withdraw(withdraw: (reason: string) => void) {
    this.call.sent = performance.now();
    this.#withdraw = withdraw;
  }

  get done(): boolean {
    return this.#done;
  }

  get streaming(): boolean {
    return this.reply.streaming;
  }

  /** Starts the time-out: the call fails after so many milliseconds without a message from the server. */
  startTimer(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (this.#done) return;
    this.#timer = setTimeout(() => {
      const waited = performance.now() - this.call.began;
      if (this.questions > 0 && waited < QUESTION_MS) this.#timer?.refresh();
      else this.#expired(milliseconds);
    }, milliseconds);
  }

  /** Restarts the time-out, because the server sent something. */
  extend(): void {
    this.#timer?.refresh();
  }

  /** Sends a message that comes before the answer. */
  notify(frame: Frame): void {
    this.reply.notify(frame);
  }

  /**
   * Sends the server's answer to the client; only the first one counts.
   * @throws Error when `rewrite` fails: nothing is sent
   */
  answer(answer: ResponseFrame): void {
    if (this.#done) return;
    if (this.call.sent !== undefined) this.call.answered = performance.now();
    this.#answered(this.rewrite?.(answer) ?? answer);
  }

  /** Answers with a result of the gateway's own. @param json the result, a JSON object as text */
  result(json: string): void {
    this.answer(Frame.result(this.request.idText, json));
  }

  fail(code: number, reason: string, data?: Record<string, unknown>): void {
    if (!this.#done) this.#answered(Frame.error(this.request.idText, code, reason, data));
  }

  /** Answers with an error of the gateway's own. An unexpected error is logged, and the client gets a general text. */
  reject(error: unknown): void {
    if (this.#done) return;
    if (!(error instanceof GatewayError)) this.recorder.fault(this.call, error as Error);
    const known = asGatewayError(error);
    this.reply.failing(known);
    this.fail(known.code, known.message, known.data);
  }

  /** Cancels the call, because its client no longer waits. Tells the server. */
  cancel(reason: string): void {
    if (this.#done) return;
    this.#withdraw?.(reason);
    this.#finish();
    this.reply.leave(this.request.idText);
    this.recorder.finished(this.call, AuditResult.Cancelled);
  }

  #expired(timeout: number): void {
    this.#withdraw?.(`no answer within ${timeout} ms`);
    const server = this.call.server ?? "the server";
    this.fail(ErrorCode.Timeout, `no answer from ${server} within ${timeout} ms`, { timeout });
  }

  #answered(frame: ResponseFrame): void {
    this.#finish();
    this.reply.answer(frame);
    this.recorder.finished(this.call, resultOf(frame), codeOf(frame), frame);
  }

  #finish(): void {
    this.#done = true;
    clearTimeout(this.#timer);
    this.onDone?.(this);
    this.onEnd?.(this);
  }
}
