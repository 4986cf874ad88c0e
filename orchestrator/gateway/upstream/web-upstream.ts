import { GatewayError } from "../gateway-api";
import type { Account, ByteBudget } from "../wire/byte-budget";
import { Frame } from "../wire/frame";
import { ErrorCode, type RequestId } from "../wire/json-rpc";
import { ReadingPace } from "../wire/reading-pace";
import { Gate } from "./gate";
import type { Answer } from "./http-client";
import { cancelled, soundAnswer } from "./odd-answers";
import { readEvents, type Seen, type TakeEvent } from "./read-events";
import { NOBODY, type Upstream, type UpstreamEnd, type UpstreamUser } from "./upstream";
import { WayError } from "./way-error";

/**
 * What a session has in common over both HTTP transports: requests and streams under way, each of which may end the
 * whole.
 */
export abstract class WebUpstream implements Upstream {
  user: UpstreamUser = NOBODY;
  onGone?: () => void;
  /** The ids of requests without an answer, each with its JSON text. */
  protected readonly asked = new Map<RequestId, string>();
  /** True when the server's container was started again: any refusal then means that the session is gone. */
  protected isOutlived = false;
  readonly #aborts = new Map<RequestId | symbol, AbortController>();
  readonly #gate = new Gate();
  readonly #pace = new ReadingPace();
  #alive = true;

  /** @param name of the server, for error messages */
  constructor(
    protected readonly name: string,
    private readonly budget: ByteBudget,
  ) {}

  abstract send(frame: Frame, headers?: Record<string, string>): void;
  /** Tells the server that the session is over, if it has to be told. */
  protected abstract farewell(): void;

  get alive(): boolean {
    return this.#alive;
  }

  cancel(id: RequestId, reason: string): void {
    const written = this.asked.get(id);
    this.asked.delete(id);
    if (this.isOpen) this.send(cancelled(id, written, reason));
    this.#aborts.get(id)?.abort(); // in the modern era this cancels; in the legacy era it frees a connection
  }

  pause(): void {
    this.#gate.close();
  }

  resume(): void {
    this.#gate.open();
  }

  outlived(): void {
    this.isOutlived = true;
  }

  close(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.resume();
    for (const abort of this.#aborts.values()) abort.abort();
    this.farewell();
    this.onGone?.();
  }

  /** True while the server has a session that can be told of a cancelled request. */
  protected abstract get isOpen(): boolean;

  /**
   * Does the work of one message or stream. When it fails, the request gets an error. Never rejects.
   */
  protected async run(id: RequestId | undefined, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const abort = new AbortController();
    const key = id ?? Symbol();
    this.#aborts.set(key, abort);
    try {
      await work(abort.signal).catch((error: NodeJS.ErrnoException) => {
        if (!abort.signal.aborted) this.#failed(id, error);
      });
    } catch (error) {
      this.end({ reason: `its answer cannot be handled: ${(error as Error).message}` });
    } finally {
      if (this.#aborts.get(key) === abort) this.#aborts.delete(key);
    }
  }

  /** The work of a request, as long as it goes on. */
  protected runningOf(id: RequestId): AbortController | undefined {
    return this.#aborts.get(id);
  }

  /**
   * Reads a stream until it ends.
   * @param isOfRequest true when it is one request's, and ends with its answer
   * @param strange takes a line that is no field of an event and holds a message, as it seems
   */
  protected read(
    answer: Answer,
    seen: Seen,
    isOfRequest: boolean,
    event: TakeEvent,
    strange?: (line: string) => void,
  ): Promise<void> {
    const ready = (): Promise<void> | undefined => this.#gate.wait;
    const account = this.account(answer);
    return readEvents(answer, seen, { isOfRequest, pace: this.#pace, ready, account, event, strange });
  }

  /** Opens the budget's account for an answer. When it is over the budget, the session ends. */
  protected account({ body }: Answer): Account {
    return this.budget.open(this.name, (reason) => {
      body.destroy();
      this.end({ reason });
    });
  }

  /** Hands on the messages of an answer to a request. @returns true when the request's own answer is among them */
  protected take(frames: readonly Frame[] | undefined, id: RequestId): boolean {
    const written = this.asked.get(id);
    let isAnswered = false;
    for (const one of frames ?? []) {
      const frame = written === undefined ? one : soundAnswer(this.name, one, new Map([[id, written]]));
      if (!frame.kind) continue; // no JSON-RPC message
      if (frame.isResponse() && frame.id === id) isAnswered = true;
      this.deliver(frame, id);
    }
    return isAnswered;
  }

  protected deliver(frame: Frame, related?: RequestId): void {
    if (!this.#alive) return;
    if (frame.isResponse()) this.asked.delete(frame.id);
    this.user.message(frame, related);
  }

  protected answerError(id: RequestId, reason: string): void {
    const words = `the server failed: ${reason}`;
    this.deliver(Frame.error(this.asked.get(id) ?? JSON.stringify(id), ErrorCode.ServerUnavailable, words), id);
  }

  protected end(end: UpstreamEnd): void {
    if (!this.#alive) return;
    this.close();
    this.user.ended(end);
  }

  #failed(id: RequestId | undefined, error: NodeJS.ErrnoException): void {
    if (isRefused(error)) this.end({ reason: failureOf(error), untouched: id === undefined ? [] : [id] });
    else if (id !== undefined) this.answerError(id, failureOf(error));
  }
}

const isRefused = ({ code }: NodeJS.ErrnoException): boolean => code === "ECONNREFUSED" || code === "EHOSTUNREACH";

const isUntrusted = ({ code }: NodeJS.ErrnoException): boolean => /CERT|SIGNATURE|ISSUER/.test(code ?? "");

/** Says what failed: the connection, or the handling of what came on it. */
export function failureOf(error: NodeJS.ErrnoException): string {
  if (error instanceof WayError) return error.message;
  if (isUntrusted(error)) return `its certificate is not accepted (${error.code}): ${error.message}`;
  if (isRefused(error)) return `it does not answer (${error.code})`;
  const isOfMessage = error instanceof GatewayError;
  return isOfMessage
    ? `its answer cannot be handled: ${error.message}`
    : `its connection broke (${error.code === "UND_ERR_SOCKET" ? error.message : (error.code ?? error.message)})`;
}
