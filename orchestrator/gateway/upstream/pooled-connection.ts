import { type Edit, Frame, type RequestFrame, type ResponseFrame } from "../wire/frame";
import { byId, ErrorCode, type JsonObject, type RequestId } from "../wire/json-rpc";
import { concernsAll } from "../wire/lists";
import { LISTEN, Meta } from "../wire/modern";
import { type Call, type CallEnd, type Cancel, Connection } from "./connection";
import { checkQuestion, type Upstream, type UpstreamEnd } from "./upstream";

/** The properties of a pooled connection that never change. */
export interface ConnectionOptions {
  /** Only callers with the same key share the connection. */
  key: string;
  /** The era that the server speaks on the connection. */
  era: "modern" | "legacy";
  /** True when the connection carries the sessions of all clients (shared mode). @default false */
  common?: boolean;
  /** Called when the connection has ended. */
  ended: (connection: PooledConnection) => void;
}

const TOKEN = ["params", "_meta", "progressToken"];

/** Milliseconds without any message, from sending a call to its cancellation, after which the server counts as hung. */
const SILENT_MS = 5_000;

/**
 * A connection that carries calls of several clients at a time. A request goes to the server with an id of the
 * connection's own, and its answer returns with the client's id. The rest of each message stays unchanged, byte by
 * byte.
 */
export class PooledConnection extends Connection {
  #count = 0;
  #heardAt = 0;
  /** The server's result of `initialize`; empty in the modern era. */
  initialized: JsonObject = {};
  /** Number of callers that got the connection and have not sent their request yet. */
  reserved = 0;
  /** Number of clients' subscriptions, which may stay open for hours. They do not count as load. */
  listeners = 0;
  /** Number of the gateway's own subscriptions. They do not keep the connection in use. */
  own = 0;
  /** True when it carries one call at a time, as notifications and questions of several could not be told apart. */
  exclusive = false;
  /** True when it was last used for a few questions only, and is closed soon after. */
  brief = false;
  /** Called when the connection has ended, after its calls have failed. */
  readonly onLost = new Set<(end: CallEnd) => void>();
  /** Take the notifications that belong to no call. */
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

  /** Number of clients' calls without an answer, and of calls about to be sent. */
  get load(): number {
    return this.calls.size + this.reserved - this.listeners - this.own;
  }

  /** True when it carries no call and no client's subscription. */
  override get idle(): boolean {
    return this.calls.size + this.reserved - this.own === 0;
  }

  /** Sends the request for which the pool reserved the connection. @returns a function that cancels it */
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
      if (silent && this.load === 0 && !this.#options.common) this.close(); // the next call gets a new process
    };
  }

  /** Sends a request without waiting for its answer. */
  tell(method: string, params: JsonObject): void {
    this.say(Frame.request(++this.#count, method, params));
  }

  /** Gives back the reservation, without a request. */
  release(): void {
    this.reserved--;
  }

  /** Answers a server's question that no client can answer, so that the server does not wait for ever. */
  decline({ idText, method }: RequestFrame): void {
    const words = `no client is there that could answer ${method}`;
    this.say(method === "ping" ? Frame.result(idText, "{}") : Frame.error(idText, ErrorCode.MethodNotFound, words));
  }

  override message(frame: Frame, related?: RequestId): void {
    this.#heardAt = Date.now();
    checkQuestion(frame);
    if (frame.isResponse()) {
      this.answered(frame, ({ request }) => restored(frame, request));
      return;
    }
    const subscription = frame.at("params", "_meta", Meta.Subscription) as RequestId | undefined;
    const progress =
      frame.method === "notifications/progress" ? (frame.at("params", "progressToken") as RequestId) : undefined;
    const call = byId(this.calls, related ?? subscription ?? progress ?? this.#only(frame));
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
    if (progress !== undefined && token === undefined) return; // the client asked for no progress
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

  /** Returns the id of the only open call, for a message that names none; "" when several are open. */
  #only({ method }: Frame): RequestId {
    if (concernsAll(method)) return "";
    const calls = [...this.calls].filter(([, { request }]) => request.method !== LISTEN);
    return calls.length === 1 ? (calls[0]?.[0] as RequestId) : "";
  }
}

/** Returns an answer with the client's own id. */
function restored(frame: ResponseFrame, { idText, method }: RequestFrame): ResponseFrame {
  const edits: Edit[] = [{ path: ["id"], json: idText }];
  if (method === LISTEN) edits.push({ path: ["result", "_meta", Meta.Subscription], json: idText });
  return frame.replace(...edits);
}
