import type { Frame, RequestFrame, ResponseFrame } from "../wire/frame";
import type { RequestId } from "../wire/json-rpc";
import { answersPing, checkQuestion, type Upstream, type UpstreamEnd, type UpstreamUser } from "./upstream";

/** Why a request got no answer. */
export interface CallEnd {
  /** Part of a sentence, like "its process ended". */
  reason: string;
  /** True when the server did not take the request, so that it may be sent again. */
  untouched?: boolean;
  /** True when the server has no room; a later attempt may succeed. */
  busy?: boolean;
}

/** One request on a connection, and the functions that get its outcome. */
export interface Call {
  request: RequestFrame;
  /** Further HTTP headers, for a server behind HTTP. */
  headers?: Record<string, string>;
  /** Takes a notification that belongs to the request, with the client's own ids, if the connection can tell. */
  notified?(frame: Frame): void;
  /** Takes a question of the server during the call. @default the server gets an error that no client can answer */
  asked?(question: RequestFrame): void;
  /** Takes the answer, with the client's own id. */
  answered(frame: ResponseFrame): void;
  /** Called when there will be no answer. */
  failed(end: CallEnd): void;
}

/** Cancels a request, and tells the server so. */
export type Cancel = (reason: string) => void;

/** The connection of a client's session to a server: one of its own, or a share of one. */
export interface SessionConnection {
  /** Time of the last request or answer, in milliseconds since 1970. */
  readonly usedAt: number;
  /** True when no request waits for an answer. */
  readonly idle: boolean;
  /** Called once when the connection has ended, after its calls have failed; not after close(). */
  onEnd?: () => void;
  /** True once the connection has ended. */
  readonly over: boolean;
  send(call: Call): Cancel;
  /** Sends a message without waiting for an answer. */
  say(frame: Frame): void;
  /** Stops reading for a while, because the client is slower than the server. */
  pause(): void;
  resume(): void;
  /** Ends the connection. @param reason for the calls that wait for an answer */
  close(reason: string): void;
}

/** Takes a server's notification or question. @param related id of the request it belongs to, if known */
export type Told = (frame: Frame, related?: RequestId) => void;

/** A connection that one client has to itself. Messages and their ids pass unchanged. */
export class Connection implements SessionConnection, UpstreamUser {
  usedAt = Date.now();
  onEnd?: () => void;
  protected readonly calls = new Map<RequestId, Call>();
  #over = false;

  constructor(
    readonly upstream: Upstream,
    private readonly told: Told = () => {},
  ) {
    upstream.user = this;
  }

  get idle(): boolean {
    return this.calls.size === 0;
  }

  get over(): boolean {
    return this.#over;
  }

  send(call: Call): Cancel {
    return this.request(call.request.id, call.request, call);
  }

  say(frame: Frame): void {
    this.upstream.send(frame);
  }

  pause(): void {
    this.upstream.pause();
  }

  resume(): void {
    this.upstream.resume();
  }

  close(reason = "the gateway closed the connection"): void {
    this.onEnd = undefined;
    this.upstream.close();
    this.ended({ reason });
  }

  message(frame: Frame, related?: RequestId): void {
    checkQuestion(frame);
    if (frame.isResponse()) this.answered(frame);
    else if (!answersPing(this.upstream, frame)) this.told(frame, related);
  }

  ended({ reason, busy, untouched = [] }: UpstreamEnd): void {
    this.#over = true;
    const calls = [...this.calls];
    this.calls.clear();
    for (const [id, call] of calls) call.failed({ reason, busy, untouched: untouched.includes(id) });
    this.onEnd?.();
  }

  /**
   * Sends a request under an id of the connection.
   * @returns a function that cancels the request, and returns whether it still had no answer
   */
  protected request(id: RequestId, request: RequestFrame, call: Call): (reason: string) => boolean {
    if (!this.upstream.alive) {
      call.failed({ reason: "its connection ended" });
      return () => false;
    }
    this.usedAt = Date.now();
    this.calls.set(id, call);
    this.upstream.send(request, call.headers);
    return (reason) => {
      if (this.calls.get(id) !== call) return false;
      this.calls.delete(id);
      this.upstream.cancel(id, reason);
      return true;
    };
  }

  /** Passes an answer to the call that waits for it. @param restored returns the answer with the client's own id */
  protected answered(frame: ResponseFrame, restored: (call: Call) => ResponseFrame = () => frame): void {
    const call = this.calls.get(frame.id);
    if (!call) return; // the answer came too late, or belongs to a message of say()
    this.calls.delete(frame.id);
    this.usedAt = Date.now();
    try {
      call.answered(restored(call));
    } catch (error) {
      call.failed({ reason: `its answer cannot be handled: ${(error as Error).message}` });
    }
  }
}
