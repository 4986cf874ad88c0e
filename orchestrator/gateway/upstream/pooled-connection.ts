import { type Edit, Frame, type RequestFrame, type ResponseFrame } from "../wire/frame";
import { ErrorCode, type JsonObject, type RequestId } from "../wire/json-rpc";
import { concernsAll } from "../wire/lists";
import { LISTEN, Meta } from "../wire/modern";
import { type Call, type CallEnd, type Cancel, Connection } from "./connection";
import type { Upstream, UpstreamEnd } from "./upstream";

/** What a pooled connection is from its beginning to its end. */
export interface ConnectionOptions {
  /** What it is for: it is shared only by callers of the same key. */
  key: string;
  /** What its server speaks on it. */
  era: "modern" | "legacy";
  /** It carries the sessions of all clients of its server. @default false */
  common?: boolean;
  /** Told when the connection is gone. */
  ended: (connection: PooledConnection) => void;
}

const TOKEN = ["params", "_meta", "progressToken"];

/** A server that said nothing at all for so long, from a call to the end of patience with it, is taken for hung. */
const SILENT_MS = 5_000;

/**
 * A pooled connection that carries requests of several clients' calls at a time: each gets an id of the connection's own on
 * its way to the server, and its client's id back on the way home. Everything else in the texts stays to the letter.
 */
export class PooledConnection extends Connection {
  #count = 0;
  #heardAt = 0;
  /** The server's answer to `initialize`; none in the modern era. */
  initialized: JsonObject = {};
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
  readonly onLost = new Set<(end: CallEnd) => void>();
  /** Told of notifications that belong to no call. */
  readonly others = new Set<(frame: Frame) => void>();

  readonly #options: ConnectionOptions;

  constructor(upstream: Upstream, options: ConnectionOptions) {
    super(upstream);
    this.#options = options;
  }

  get key(): string {
    return this.#options.key;
  }

  get era(): "modern" | "legacy" {
    return this.#options.era;
  }

  /** Calls without an answer, and those about to be sent. */
  get load(): number {
    return this.calls.size + this.reserved - this.listeners - this.own;
  }

  /** True when nobody uses it. */
  override get idle(): boolean {
    return this.calls.size + this.reserved - this.own === 0;
  }

  /** Sends a request for which the pool reserved the connection. @returns what ends the call from the client's side */
  use(call: Call): Cancel {
    this.reserved--;
    return this.send(call);
  }

  override send(call: Call): Cancel {
    const id = ++this.#count;
    const { request } = call;
    const edits: Edit[] = [{ path: ["id"], json: String(id) }];
    if (request.progressToken !== undefined) edits.push({ path: TOKEN, json: String(id) });
    const cancel = this.request(id, request.replace(...edits), call);
    const sentAt = Date.now();
    return (reason) => {
      if (!cancel(reason)) return;
      const silent = this.#heardAt < sentAt && Date.now() - sentAt > SILENT_MS;
      if (silent && this.load === 0 && !this.#options.common) this.close(); // the next call gets a process that is not stuck
    };
  }

  /** Gives back what the pool reserved, without a request. */
  release(): void {
    this.reserved--;
  }

  /** Answers a question for which there is no client: a server that waits for ever would be worse. */
  decline({ idText, method }: RequestFrame): void {
    const words = `no client is there that could answer ${method}`;
    this.say(method === "ping" ? Frame.result(idText, "{}") : Frame.error(idText, ErrorCode.MethodNotFound, words));
  }

  override message(frame: Frame, related?: RequestId): void {
    this.#heardAt = Date.now();
    if (frame.isResponse()) {
      this.answered(frame, ({ request }) => restored(frame, request));
      return;
    }
    const subscription = frame.meta[Meta.Subscription] as RequestId | undefined;
    const progress =
      frame.method === "notifications/progress" ? (frame.at("params", "progressToken") as RequestId) : undefined;
    const call = this.calls.get(related ?? subscription ?? progress ?? this.#only(frame));
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
    call.notified?.(frame.replace(...edits));
  }

  override ended(end: UpstreamEnd): void {
    this.#options.ended(this);
    super.ended(end);
    for (const lost of this.onLost) lost({ reason: end.reason, busy: end.busy });
  }

  /** The call that a message without a mark must belong to. */
  #only({ method }: Frame): RequestId {
    if (concernsAll(method)) return "";
    const calls = [...this.calls].filter(([, { request }]) => request.method !== LISTEN);
    return calls.length === 1 ? (calls[0]?.[0] as RequestId) : "";
  }
}

/** An answer as the client waits for it. */
function restored(frame: ResponseFrame, { idText, method }: RequestFrame): ResponseFrame {
  const edits: Edit[] = [{ path: ["id"], json: idText }];
  if (method === LISTEN) edits.push({ path: ["result", "_meta", Meta.Subscription], json: idText });
  return frame.replace(...edits);
}
