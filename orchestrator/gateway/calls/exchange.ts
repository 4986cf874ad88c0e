import { AuditResult } from "../../../api/audit-result";
import type { Principal } from "../../security/principal";
import { asGatewayError, type GatewayError } from "../gateway-api";
import { Frame, type RequestFrame, type ResponseFrame } from "../wire/frame";
import { ErrorCode, type RequestId } from "../wire/json-rpc";
import { type CallRecord, type Recorder, resultOf } from "./recorder";

/** Where a client hears of its request. */
export interface Reply {
  /** Sent with the answer, where the transport has headers. */
  headers: Record<string, string>;
  /** True when the client can take up again what it missed. */
  readonly streaming: boolean;
  /** A message before the answer. */
  notify(frame: Frame): void;
  answer(frame: Frame): void;
  /** The answer that follows is a failure of the gateway's own. */
  failing(error: GatewayError): void;
  /** Nobody waits: there is no answer. @param id of the request, as JSON */
  leave(id: string): void;
}

/** Milliseconds that a person may take to answer what a server asks in the middle of a call: ten minutes. */
export const QUESTION_MS = 10 * 60_000;

/** One request of a client, from its arrival to its answer. */
export class Exchange {
  readonly id: RequestId;
  readonly progressToken: RequestId | undefined;
  /** Makes of the server's answer the one that the client may see, in the names that it knows. */
  rewrite?: (answer: ResponseFrame) => ResponseFrame;
  /** It was sent a second time, to a new session, because the old one never took it. */
  retried = false;
  /** Questions of the server to the client that belong to this call: while there are some, the time-out waits. */
  questions = 0;
  /** Tells the server that nobody waits; set while it has the request. */
  withdraw?: (reason: string) => void;
  /** Told once there was an answer, or nobody waits for one. */
  onDone?: () => void;
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

  get done(): boolean {
    return this.#done;
  }

  get streaming(): boolean {
    return this.reply.streaming;
  }

  /** Fails the call after so many milliseconds without a sign of life. */
  startTimer(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (this.#done) return;
    this.#timer = setTimeout(() => {
      const waited = performance.now() - this.call.began;
      if (this.questions > 0 && waited < QUESTION_MS) this.#timer?.refresh();
      else this.#expired(milliseconds);
    }, milliseconds);
  }

  /** A sign of life: the time-out begins anew. */
  extend(): void {
    this.#timer?.refresh();
  }

  /** Sends a message that comes before the answer. */
  notify(frame: Frame): void {
    this.reply.notify(frame);
  }

  /** The answer; the first one counts. @throws Error when it cannot be rewritten: then there was none */
  answer(answer: ResponseFrame): void {
    if (this.#done) return;
    const frame = this.rewrite?.(answer) ?? answer;
    this.#finish();
    this.reply.answer(frame);
    this.recorder.finished(this.call, resultOf(frame), frame.error?.code);
  }

  /** Answers with a result that the gateway itself has. @param json an object, as text */
  result(json: string): void {
    this.answer(Frame.result(this.request.idText, json));
  }

  fail(code: number, reason: string, data?: Record<string, unknown>): void {
    this.answer(Frame.error(this.request.idText, code, reason, data));
  }

  /** Fails with what the gateway itself could not do. */
  reject(error: unknown): void {
    const known = asGatewayError(error);
    this.reply.failing(known);
    this.fail(known.code, known.message, known.data);
  }

  /** Nobody waits for the answer any more; the server is told. */
  cancel(reason: string): void {
    if (this.#done) return;
    this.withdraw?.(reason);
    this.#finish();
    this.reply.leave(this.request.idText);
    this.recorder.finished(this.call, AuditResult.Cancelled);
  }

  #expired(timeout: number): void {
    this.withdraw?.(`no answer within ${timeout} ms`);
    const server = this.call.server ?? "the server";
    this.fail(ErrorCode.Timeout, `no answer from ${server} within ${timeout} ms`, { timeout });
  }

  #finish(): void {
    this.#done = true;
    clearTimeout(this.#timer);
    this.onDone?.();
  }
}
