import { type Edit, Frame, type RequestFrame, type ResponseFrame } from "../wire/frame";
import { ErrorCode, type JsonObject, type RequestId } from "../wire/json-rpc";
import { concernsAll } from "../wire/lists";
import { LISTEN, Meta } from "../wire/modern";
import type { Upstream, UpstreamEnd, UpstreamUser } from "./upstream";

/** One request on a connection, and who is told. */
export interface PooledCall {
  request: RequestFrame;
  headers?: Record<string, string>;
  /** A message before the answer, in the client's own ids. */
  notified(frame: Frame): void;
  /** The server asks the client something in the middle of the call. @default the connection answers itself, that nobody does */
  asked?(question: RequestFrame): void;
  /** The answer, with the client's own id. */
  answered(frame: ResponseFrame): void;
  /** The connection ended before the answer. @param isUntouched the server did not take the request: it may be made again */
  failed(end: UpstreamEnd, isUntouched?: boolean): void;
}

/** What a pooled connection is from its beginning to its end. */
export interface ConnectionOptions {
  /** What it is for: it is shared only by callers of the same key. */
  key: string;
  /** What its server speaks on it. */
  era: "modern" | "legacy";
  /** The server's answer to `initialize`. @default none, as in the modern era */
  initialized?: JsonObject;
  /** It carries the sessions of all clients of its server. @default false */
  common?: boolean;
  /** Told when the connection is gone. */
  onEnd: (connection: PooledConnection) => void;
}

const TOKEN = ["params", "_meta", "progressToken"];

/** A server that said nothing at all for so long, from a call to the end of patience with it, is taken for hung. */
const SILENT_MS = 5_000;

/**
 * A pooled connection that carries requests of several clients' calls at a time: each gets an id of the connection's own on
 * its way to the server, and its client's id back on the way home. Everything else in the texts stays to the letter.
 */
export class PooledConnection implements UpstreamUser {
  readonly #calls = new Map<RequestId, PooledCall>();
  #count = 0;
  #heardAt = 0;
  /** Milliseconds since 1970 of its last request or answer. */
  usedAt = Date.now();
  /** Promised to callers who have not sent their request yet. */
  reserved = 0;
  /** Subscriptions, which may stay open for hours. */
  listeners = 0;
  /** The gateway's own subscriptions: they keep nobody from closing the connection. */
  own = 0;
  /** Used by one call at a time: its notifications or questions could not be told apart. */
  exclusive = false;
  /** Opened for a few questions and no more: it need not wait for others. */
  brief = false;
  /** Told when the connection is gone, besides the calls. */
  readonly onLost = new Set<(end: UpstreamEnd) => void>();
  /** Told of notifications that belong to no call. */
  readonly others = new Set<(frame: Frame) => void>();

  readonly #options: ConnectionOptions;

  constructor(
    readonly upstream: Upstream,
    options: ConnectionOptions,
  ) {
    this.#options = options;
  }

  get key(): string {
    return this.#options.key;
  }

  get era(): "modern" | "legacy" {
    return this.#options.era;
  }

  get initialized(): JsonObject {
    return this.#options.initialized ?? {};
  }

  /** Calls without an answer, and those about to be sent. */
  get load(): number {
    return this.#calls.size + this.reserved - this.listeners - this.own;
  }

  /** True when nobody uses it. */
  get idle(): boolean {
    return this.#calls.size + this.reserved - this.own === 0;
  }

  /**
   * Sends a request for which the pool reserved the connection.
   * @returns what ends the call from the client's side
   */
  send(call: PooledCall): (reason: string) => void {
    this.reserved--;
    if (!this.upstream.alive) {
      call.failed({ reason: "its connection ended" });
      return () => {};
    }
    this.usedAt = Date.now();
    const id = ++this.#count;
    this.#calls.set(id, call);
    const { request } = call;
    const edits: Edit[] = [{ path: ["id"], json: String(id) }];
    if (request.progressToken !== undefined) edits.push({ path: TOKEN, json: String(id) });
    this.upstream.send(request.replace(...edits), call.headers);
    const sentAt = Date.now();
    return (reason) => {
      if (!this.#calls.delete(id)) return;
      this.upstream.cancel(id, reason);
      const silent = this.#heardAt < sentAt && Date.now() - sentAt > SILENT_MS;
      if (silent && this.load === 0 && !this.#options.common) this.close(); // the next call gets a process that is not stuck
    };
  }

  /** Gives back what the pool reserved, without a request. */
  release(): void {
    this.reserved--;
  }

  /** Says something whose answer nobody waits for. */
  say(frame: Frame): void {
    this.upstream.send(frame);
  }

  /** Answers a question for which there is no client: a server that waits for ever would be worse. */
  decline({ idText, method }: RequestFrame): void {
    const words = `no client is there that could answer ${method}`;
    this.say(method === "ping" ? Frame.result(idText, "{}") : Frame.error(idText, ErrorCode.MethodNotFound, words));
  }

  message(frame: Frame, related?: RequestId): void {
    this.#heardAt = Date.now();
    if (frame.isResponse()) {
      this.#answered(frame);
      return;
    }
    const subscription = frame.meta[Meta.Subscription] as RequestId | undefined;
    const progress =
      frame.method === "notifications/progress" ? (frame.at("params", "progressToken") as RequestId) : undefined;
    const call = this.#calls.get(related ?? subscription ?? progress ?? this.#only(frame));
    if (frame.isRequest()) {
      if (call?.asked) call.asked(frame);
      else this.decline(frame);
      return;
    }
    if (!call) {
      for (const told of this.others) told(frame);
      return;
    }
    const { request } = call;
    const token = request.raw(...TOKEN);
    if (progress !== undefined && token === undefined) return; // nobody asked for it
    const edits: Edit[] = [];
    if (subscription !== undefined) edits.push({ path: ["params", "_meta", Meta.Subscription], json: request.idText });
    if (progress !== undefined && token !== undefined) edits.push({ path: ["params", "progressToken"], json: token });
    call.notified(frame.replace(...edits));
  }

  ended(end: UpstreamEnd): void {
    this.#options.onEnd(this);
    const calls = [...this.#calls];
    this.#calls.clear();
    for (const [id, call] of calls) call.failed(end, end.untouched?.includes(id));
    for (const lost of this.onLost) lost(end);
  }

  close(): void {
    this.upstream.close();
    this.ended({ reason: "the gateway closed the connection" });
  }

  #answered(frame: ResponseFrame): void {
    const call = this.#calls.get(frame.id);
    if (!call) return;
    this.#calls.delete(frame.id);
    this.usedAt = Date.now();
    const json = call.request.idText;
    const own: Edit[] = [{ path: ["id"], json }];
    if (call.request.method === LISTEN) own.push({ path: ["result", "_meta", Meta.Subscription], json });
    try {
      call.answered(frame.replace(...own));
    } catch (error) {
      call.failed({ reason: `its answer cannot be handled: ${(error as Error).message}` });
    }
  }

  /** The call that a message without a mark must belong to. */
  #only({ method }: Frame): RequestId {
    if (concernsAll(method)) return "";
    const calls = [...this.#calls].filter(([, { request }]) => request.method !== LISTEN);
    return calls.length === 1 ? (calls[0]?.[0] as RequestId) : "";
  }
}
