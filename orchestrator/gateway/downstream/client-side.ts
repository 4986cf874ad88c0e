import type { ServerResponse } from "node:http";
import type { Exchange } from "../calls/exchange";
import { soundReply } from "../upstream/odd-answers";
import type { Frame, RequestFrame, ResponseFrame } from "../wire/frame";
import { byId, knownId, type RequestId } from "../wire/json-rpc";
import { concernsAll } from "../wire/lists";
import { ClientStream, startEventStream } from "./client-stream";
import { ReplayBudget } from "./replay-budget";

/** Most messages kept for a client without an open GET stream, and most characters of all of them. */
const WAITING = 100;
const WAITING_SIZE = 256 * 1024;
/** Most questions of a server that may wait for the client's answer; the oldest goes first. */
const QUESTIONS = 1_000;

/** A legacy session's state towards its client: requests without an answer, the server's questions, and streams. */
export class ClientSide {
  readonly pending = new Map<RequestId, Exchange>();
  readonly #budget: ReplayBudget<ClientStream>;
  readonly #streams = new Set<ClientStream>();
  readonly #progress = new Map<RequestId, Exchange>();
  /** The server's questions without an answer: how each id is written, and the call that it belongs to, if known. */
  readonly #questions = new Map<RequestId, { idText: string; exchange: Exchange | undefined }>();
  #standalone: ClientStream | undefined;
  #waiting: string[] = [];
  #waitingSize = 0;
  #names = 0;
  /** Called when the client falls behind in reading, and when it has caught up. */
  onPressure?: (slow: boolean) => void;
  /** Called when the client is disconnected because it does not read. */
  onCut?: () => void;
  /** Called with each response that becomes a stream for what belongs to no request. */
  onListen?: (response: ServerResponse) => void;
  /** True when streams begin with an event without a message, as of 2025-11-25. */
  primed = false;

  /** @param replayBytes bytes of sent events that are kept for a client that comes back with Last-Event-ID */
  constructor(replayBytes: number) {
    this.#budget = new ReplayBudget(replayBytes);
  }

  /** Number of streams that the client reads right now. */
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
    stream.onCut = () => this.onCut?.();
    stream.onDetached = () => {
      if (stream.ended) this.#streams.delete(stream); // the budget still holds its events for replay
    };
    this.#streams.add(stream);
    if (this.primed) stream.prime();
    return stream;
  }

  /** Registers a request until it is done. */
  begin(exchange: Exchange): void {
    this.pending.set(exchange.id, exchange);
    if (exchange.progressToken !== undefined) this.#progress.set(exchange.progressToken, exchange);
    exchange.onDone = this.#forget;
  }

  /** One function for all calls: docs/architecture.md, "What a call leaves behind". */
  readonly #forget = (exchange: Exchange): void => {
    this.pending.delete(exchange.id);
    if (exchange.progressToken !== undefined) this.#progress.delete(exchange.progressToken);
  };

  /**
   * Sends a server's notification or question to the client: with the request it belongs to, else on the GET stream.
   * @param server the message's sender; it cannot belong to a request that went to another server
   * @param related id of the request, when the transport names it
   */
  deliver(frame: Frame, server: string | undefined, related?: RequestId): void {
    const exchange = this.#belongsTo(frame, server, related);
    if (frame.isRequest()) this.#asked(frame, exchange);
    else if (frame.method === "notifications/cancelled") this.settled(frame.at("params", "requestId") as RequestId);
    if (exchange) {
      exchange.extend();
      exchange.notify(withToken(frame, exchange));
    } else if (!this.#isProgressOfAnother(frame)) this.send(frame);
  }

  /** Sends a message that belongs to no request on the GET stream, or keeps it until the client opens one. */
  send(frame: Frame): void {
    const isLarge = frame.bytes.length > WAITING_SIZE;
    if (this.#standalone) {
      this.#standalone.send(isLarge ? frame.lineBytes : frame.line);
      return;
    }
    if (isLarge) return; // more than may wait
    const text = frame.line;
    this.#waiting.push(text);
    this.#waitingSize += text.length;
    while (this.#waiting.length > WAITING || this.#waitingSize > WAITING_SIZE)
      this.#waitingSize -= this.#waiting.shift()?.length ?? 0;
  }

  /**
   * Takes the client's answer to a server's question.
   * @param answer may be malformed
   * @returns the answer with the id as the server wrote it; undefined when no such question is open
   */
  answered(answer: Frame): ResponseFrame | undefined {
    if (answer.has("method") && !answer.answering) return undefined; // a malformed request
    const id = knownId(this.#questions, answer.id);
    const question = id === undefined ? undefined : this.#questions.get(id);
    if (id === undefined || !question) return undefined;
    this.settled(id);
    return soundReply(answer, question.idText);
  }

  /** Forgets the questions of a process that ended: an answer that comes late must not reach the next process. */
  forgetQuestions(): void {
    for (const id of [...this.#questions.keys()]) this.settled(id);
  }

  /**
   * Opens the GET stream, for messages that belong to no request. With a known Last-Event-ID it resumes that stream
   * instead.
   * @param first text of an event that is sent before all others
   */
  listen(response: ServerResponse, headers: Record<string, string>, lastEventId?: string, first?: string): void {
    const found = lastEventId === undefined ? undefined : this.#budget.find(lastEventId);
    startEventStream(response, headers);
    this.onListen?.(response);
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

  /** Fails every request that has no answer yet. */
  failAll(code: number, reason: string): void {
    for (const exchange of [...this.pending.values()]) exchange.fail(code, reason);
    this.#questions.clear();
  }

  end(): void {
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
    this.#budget.close();
  }

  #asked({ id, idText }: RequestFrame, exchange: Exchange | undefined): void {
    this.settled(id);
    this.#questions.set(id, { idText, exchange });
    if (exchange) exchange.questions++;
    const [oldest] = this.#questions.keys();
    if (this.#questions.size > QUESTIONS && oldest !== undefined) this.settled(oldest);
  }

  /** Closes a question that was answered or withdrawn, and restarts its call's time-out. */
  settled(id: RequestId): void {
    const exchange = this.#questions.get(id)?.exchange;
    this.#questions.delete(id);
    if (!exchange) return;
    exchange.questions--;
    exchange.extend();
  }

  /**
   * True for progress with the token of an open call that went to another server. Such progress is dropped, as a server
   * must not report on another server's call.
   */
  #isProgressOfAnother(frame: Frame): boolean {
    if (frame.method !== "notifications/progress") return false;
    return byId(this.#progress, frame.at("params", "progressToken")) !== undefined;
  }

  #belongsTo(frame: Frame, server: string | undefined, related: RequestId | undefined): Exchange | undefined {
    const { method } = frame;
    const its = (exchange: Exchange | undefined) => (exchange?.call.server === server ? exchange : undefined);
    if (related !== undefined) return its(this.pending.get(related));
    if (method === "notifications/progress") return its(byId(this.#progress, frame.at("params", "progressToken")));
    if (concernsAll(method)) return undefined;
    // On stdio a message does not name its call. With one call open, it must be that one. With several, the newest
    // takes the message if the client has no GET stream.
    const open = [...this.pending.values()].filter(its);
    return open.length === 1 || !this.listening ? open.at(-1) : undefined;
  }
}

/** Returns progress with the token as the client wrote it: some servers return a number as a text, and clients drop it. */
function withToken(frame: Frame, { progressToken, request }: Exchange): Frame {
  if (frame.method !== "notifications/progress" || frame.at("params", "progressToken") === progressToken) return frame;
  const json = request.raw("params", "_meta", "progressToken");
  return json === undefined ? frame : frame.replace({ path: ["params", "progressToken"], json });
}
