import type { ServerResponse } from "node:http";
import type { Exchange } from "../calls/exchange";
import type { Frame, ResponseFrame } from "../wire/frame";
import type { RequestId } from "../wire/json-rpc";
import { concernsAll } from "../wire/lists";
import { ClientStream, ReplayBudget, startEventStream } from "./client-stream";

/** Messages kept for a client that has no stream open, and their characters. */
const WAITING = 100;
const WAITING_SIZE = 256 * 1024;
/** Questions of a server that may be without an answer. */
const QUESTIONS = 1_000;

/** What a session (2025-11-25 and older) has with its client: requests without an answer, and streams. */
export class ClientSide {
  readonly pending = new Map<RequestId, Exchange>();
  readonly #budget: ReplayBudget;
  readonly #streams = new Set<ClientStream>();
  readonly #progress = new Map<RequestId, Exchange>();
  /** The server's questions without an answer, and the call each belongs to, where that is known. */
  readonly #questions = new Map<RequestId, Exchange | undefined>();
  #standalone: ClientStream | undefined;
  #waiting: string[] = [];
  #waitingSize = 0;
  #names = 0;
  /** Told when a client is slow, and when it has caught up. */
  onPressure?: (slow: boolean) => void;
  /** From which protocol version on a stream begins with an event without a message (2025-11-25). */
  primed = false;

  /** @param replayBytes kept for clients that come back with Last-Event-ID */
  constructor(replayBytes: number) {
    this.#budget = new ReplayBudget(replayBytes);
  }

  /** Streams that a client reads right now. */
  get streams(): number {
    return [...this.#streams].filter((stream) => stream.attached).length;
  }

  /** True while the client has its GET stream open. */
  get listening(): boolean {
    return this.#standalone?.attached ?? false;
  }

  openStream(): ClientStream {
    const stream = new ClientStream(`s${++this.#names}`, this.#budget);
    stream.onPressure = (slow) => this.onPressure?.(slow);
    stream.onDetached = () => {
      if (stream.ended) this.#streams.delete(stream); // what is left of it for replay, the budget has
    };
    this.#streams.add(stream);
    if (this.primed) stream.prime();
    return stream;
  }

  /** Takes a request in, until it is done. */
  begin(exchange: Exchange): void {
    this.pending.set(exchange.id, exchange);
    if (exchange.progressToken !== undefined) this.#progress.set(exchange.progressToken, exchange);
    exchange.onDone = () => this.#forget(exchange);
  }

  #forget(exchange: Exchange): void {
    this.pending.delete(exchange.id);
    if (exchange.progressToken !== undefined) this.#progress.delete(exchange.progressToken);
  }

  /**
   * A notification or a question of the server: to the request it belongs to, else to the stream for all the rest.
   * @param server whose it is: it cannot belong to what another server was asked
   * @param related the request, where the transport says so
   */
  deliver(frame: Frame, server: string | undefined, related?: RequestId): void {
    const exchange = this.#belongsTo(frame, server, related);
    if (frame.isRequest()) this.#asked(frame.id, exchange);
    else if (frame.method === "notifications/cancelled") this.#settled(frame.at("params", "requestId") as RequestId);
    if (exchange) {
      exchange.extend();
      exchange.notify(frame);
    } else if (!this.#isProgressOfAnother(frame)) this.send(frame);
  }

  /** Sends on the stream for what belongs to no request, or keeps it until there is one. */
  send({ text }: Frame): void {
    if (this.#standalone) {
      this.#standalone.send(text);
      return;
    }
    this.#waiting.push(text);
    this.#waitingSize += text.length;
    while (this.#waiting.length > WAITING || this.#waitingSize > WAITING_SIZE)
      this.#waitingSize -= this.#waiting.shift()?.length ?? 0;
  }

  /** The client's answer to a question of the server. @returns false when the server did not ask */
  answered({ id }: ResponseFrame): boolean {
    if (!this.#questions.has(id)) return false;
    this.#settled(id);
    return true;
  }

  /**
   * The GET stream: for what belongs to no request, or for what was missed on any stream.
   * @param first an event that comes before all others
   */
  listen(response: ServerResponse, headers: Record<string, string>, lastEventId?: string, first?: string): void {
    const found = lastEventId === undefined ? undefined : this.#budget.find(lastEventId);
    startEventStream(response, headers);
    if (first !== undefined) response.write(first);
    if (found) {
      found.stream.attach(response, found.after);
      return;
    }
    this.#standalone?.end();
    const stream = this.openStream();
    this.#standalone = stream;
    stream.attach(response, 0);
    this.#waitingSize = 0;
    for (const text of this.#waiting.splice(0)) stream.send(text);
  }

  /** Every request without an answer gets this error. */
  failAll(code: number, reason: string): void {
    for (const exchange of [...this.pending.values()]) exchange.fail(code, reason);
    this.#questions.clear();
  }

  end(): void {
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
    this.#budget.close();
  }

  #asked(id: RequestId, exchange: Exchange | undefined): void {
    this.#settled(id);
    this.#questions.set(id, exchange);
    if (exchange) exchange.questions++;
    const [oldest] = this.#questions.keys();
    if (this.#questions.size > QUESTIONS && oldest !== undefined) this.#settled(oldest);
  }

  /** A question has its answer, or needs none any more. */
  #settled(id: RequestId): void {
    const exchange = this.#questions.get(id);
    this.#questions.delete(id);
    if (!exchange) return;
    exchange.questions--;
    exchange.extend();
  }

  /** Progress of a call that the server was not asked for: what it says of another's is not told. */
  #isProgressOfAnother(frame: Frame): boolean {
    if (frame.method !== "notifications/progress") return false;
    return this.#progress.has(frame.at("params", "progressToken") as RequestId);
  }

  #belongsTo(frame: Frame, server: string | undefined, related: RequestId | undefined): Exchange | undefined {
    const { method } = frame;
    const its = (exchange: Exchange | undefined) => (exchange?.call.server === server ? exchange : undefined);
    if (related !== undefined) return its(this.pending.get(related));
    if (method === "notifications/progress")
      return its(this.#progress.get(frame.at("params", "progressToken") as RequestId));
    if (concernsAll(method)) return undefined;
    // stdio does not say to which call a message belongs: with one call open it is clear.
    const open = [...this.pending.values()].filter(its);
    return open.length === 1 || !this.listening ? open.at(-1) : undefined;
  }
}
