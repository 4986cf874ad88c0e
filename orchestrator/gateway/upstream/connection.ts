import type { Frame, RequestFrame, ResponseFrame } from "../wire/frame";
import type { RequestId } from "../wire/json-rpc";
import { answersPing, type Upstream, type UpstreamEnd, type UpstreamUser } from "./upstream";

/** Why a request has no answer. */
export interface CallEnd {
  /** One sentence part: "its process ended". */
  reason: string;
  /** The server did not take it, so that it may be sent again. */
  untouched?: boolean;
  /** The server has no room: worth a later try. */
  busy?: boolean;
}

/** One request on a connection, and who is told. */
export interface Call {
  request: RequestFrame;
  /** More HTTP headers, where the server is behind HTTP. */
  headers?: Record<string, string>;
  /** A message before the answer, in the client's own ids; where the connection can tell whose it is. */
  notified?(frame: Frame): void;
  /** The server asks the client something in the middle of the call. @default it is told that nobody answers */
  asked?(question: RequestFrame): void;
  /** The answer, with the client's own id. */
  answered(frame: ResponseFrame): void;
  /** There will be no answer. */
  failed(end: CallEnd): void;
}

/** Ends a request from the client's side: the server is told that nobody waits. */
export type Cancel = (reason: string) => void;

/** What a client's session has of a server: a connection of its own, or a share of one. */
export interface SessionConnection {
  /** Milliseconds since 1970 of its last request or answer. */
  readonly usedAt: number;
  /** True when no answer is missing. */
  readonly idle: boolean;
  /** Told once when the connection is gone, after its calls; not after close(). */
  onEnd?: () => void;
  /** True once it is gone. */
  readonly over: boolean;
  send(call: Call): Cancel;
  /** Says something whose answer nobody waits for. */
  say(frame: Frame): void;
  /** Stops reading for a while, because the client is slower than the server. */
  pause(): void;
  resume(): void;
  /** @param reason told to those who wait for an answer */
  close(reason: string): void;
}

/** Takes what a server says besides answers. @param related the request it belongs to, where that is known */
export type Told = (frame: Frame, related?: RequestId) => void;

/** A connection of one client's own, with its requests without an answer: ids and messages cross as they are. */
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

  /** Sends a request under an id of the connection. @returns what ends it, and whether it was still without an answer */
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

  /** Gives an answer to whoever waits for it. @param restored makes the client's own message of it */
  protected answered(frame: ResponseFrame, restored: (call: Call) => ResponseFrame = () => frame): void {
    const call = this.calls.get(frame.id);
    if (!call) return; // a late answer, or one to what was only said
    this.calls.delete(frame.id);
    this.usedAt = Date.now();
    try {
      call.answered(restored(call));
    } catch (error) {
      call.failed({ reason: `its answer cannot be handled: ${(error as Error).message}` });
    }
  }
}
