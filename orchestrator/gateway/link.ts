import { isRequest, isResponse, type Message, progressTokenOf, type Request, type RequestId } from "./json-rpc";
import { type Edit, splice } from "./json-splice";
import { LISTEN, Meta, metaOf } from "./modern";
import type { Upstream, UpstreamEnd, UpstreamUser } from "./upstream";

/** One request on a link, and who is told. */
export interface LinkCall {
  request: Request;
  /** The request as the client wrote it. */
  text: string;
  headers?: Record<string, string>;
  /** A message before the answer, in the client's own ids. */
  notified(message: Message, text: string): void;
  /** The server asks the client something in the middle of the call; only servers of the era with sessions do. */
  asked(question: Request): void;
  /** The answer, with the client's own id. */
  answered(message: Message, text: string): void;
  /** The connection ended before the answer. */
  failed(end: UpstreamEnd): void;
}

/**
 * A pooled connection that carries requests of several clients' calls at a time: each gets an id of the link's own on
 * its way to the server, and its client's id back on the way home. Everything else in the texts stays to the letter.
 */
export class Link implements UpstreamUser {
  readonly #calls = new Map<RequestId, LinkCall>();
  #count = 0;
  /** Milliseconds since 1970. */
  usedAt = Date.now();
  /** Gives back what the pool reserved, without a request. */
  release(): void {
    this.reserved--;
  }

  /** Told when the connection is gone, besides the calls. */
  readonly onLost = new Set<(end: UpstreamEnd) => void>();

  /** Told of notifications that belong to no call. */
  readonly others = new Set<(message: Message, text: string) => void>();

  /** Says something whose answer nobody waits for. */
  say(message: Message, text: string): void {
    this.upstream.send(message, text);
  }

  /** Used by one call at a time: its notifications or questions could not be told apart. */
  exclusive = false;

  /** @param onEnd told when the connection is gone */
  constructor(
    readonly upstream: Upstream,
    private readonly onEnd: (link: Link) => void,
  ) {}

  /** Promised to a caller who has not sent his request yet. */
  reserved = 0;

  /** Subscriptions, which may stay open for hours. */
  listeners = 0;

  /** The gateway's own subscriptions: they keep nobody from closing the link. */
  own = 0;

  /** Calls without an answer, and those about to be sent. */
  get load(): number {
    return this.#calls.size + this.reserved - this.listeners - this.own;
  }

  /** True when nobody uses it. */
  get idle(): boolean {
    return this.#calls.size + this.reserved - this.own === 0;
  }

  /**
   * Sends a request for which the pool reserved the link.
   * @returns what ends the call from the client's side
   */
  send(call: LinkCall): (reason: string) => void {
    this.reserved--;
    if (!this.upstream.alive) {
      call.failed({ reason: "its connection ended" });
      return () => {};
    }
    this.usedAt = Date.now();
    const id = ++this.#count;
    this.#calls.set(id, call);
    const edits: Edit[] = [{ path: ["id"], json: String(id) }];
    if (progressTokenOf(call.request.params) !== undefined) {
      edits.push({ path: ["params", "_meta", "progressToken"], json: String(id) });
    }
    this.upstream.send({ ...call.request, id }, splice(call.text, edits), call.headers);
    return (reason) => {
      if (this.#calls.delete(id)) this.upstream.cancel(id, reason);
    };
  }

  message(message: Message, text: string, related?: RequestId): void {
    if (isResponse(message)) {
      this.#answered(message, text);
      return;
    }
    const subscription = metaOf(message)[Meta.Subscription] as RequestId | undefined;
    const progress =
      message.method === "notifications/progress" ? (message.params?.progressToken as RequestId) : undefined;
    const call = this.#calls.get(related ?? subscription ?? progress ?? this.#only(message));
    if (!call) {
      for (const told of this.others) told(message, text);
      return;
    }
    if (isRequest(message)) {
      call.asked(message);
      return;
    }
    const edits: Edit[] = [];
    if (subscription !== undefined) {
      edits.push({ path: ["params", "_meta", Meta.Subscription], json: JSON.stringify(call.request.id) });
    }
    if (progress !== undefined) {
      edits.push({ path: ["params", "progressToken"], json: JSON.stringify(progressTokenOf(call.request.params)) });
    }
    call.notified(message, splice(text, edits));
  }

  ended(end: UpstreamEnd): void {
    this.onEnd(this);
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const call of calls) call.failed(end);
    for (const lost of this.onLost) lost(end);
  }

  close(): void {
    this.upstream.close();
    this.ended({ reason: "the gateway closed the connection" });
  }

  #answered(message: Message, text: string): void {
    const call = this.#calls.get(message.id as RequestId);
    if (!call) return;
    this.#calls.delete(message.id as RequestId);
    this.usedAt = Date.now();
    const { id } = call.request;
    const edits: Edit[] = [{ path: ["id"], json: JSON.stringify(id) }];
    if (message.result && metaOf({ params: message.result })[Meta.Subscription] !== undefined) {
      edits.push({ path: ["result", "_meta", Meta.Subscription], json: JSON.stringify(id) });
    }
    call.answered({ ...message, id }, splice(text, edits));
  }

  /** The call that a message without a mark must belong to. */
  #only({ method }: Message): RequestId {
    if (method?.endsWith("/list_changed") || method === "notifications/resources/updated") return "";
    const calls = [...this.#calls].filter(([, { request }]) => request.method !== LISTEN);
    return calls.length === 1 ? (calls[0]?.[0] as RequestId) : "";
  }
}
