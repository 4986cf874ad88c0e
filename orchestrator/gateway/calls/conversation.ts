import { asGatewayError, GatewayError } from "../gateway-api";
import type { Backend } from "../upstream/backend";
import { type Handshake, handshake } from "../upstream/handshake";
import { answersPing, type Upstream, type UpstreamEnd, type UpstreamUser } from "../upstream/upstream";
import { Frame, type RequestFrame, type ResponseFrame } from "../wire/frame";
import { ErrorCode, type JsonObject, type RequestId, textOr } from "../wire/json-rpc";
import { isListChange } from "../wire/lists";
import type { Exchange } from "./exchange";

/** Ids of what the gateway itself asks a server in a client's session. */
const OWN = "dind-mcp:";
/** A process that ends so often without a success in between is given up. */
const DEATHS = 2;

/** The session that a conversation belongs to. */
export interface ConversationUser {
  answered(exchange: Exchange, answer: ResponseFrame): void;
  /** A notification of the server, or a question to the client. */
  told(frame: Frame, related?: RequestId): void;
  /** There will be no answer. */
  lost(exchange: Exchange, error: GatewayError): void;
  /** The process ended again and again. */
  givenUp(): void;
}

/** A request as it went to the server, so that it can go to a new process that never saw it. */
interface Sent {
  exchange: Exchange;
  request: RequestFrame;
}

/**
 * What one client has with one server in the legacy era: a connection of its own. When the server's process has
 * ended, the next request gets a new one, which is told all that the old one was told; once, then the failure is reported.
 */
export class Conversation implements UpstreamUser {
  readonly #sent = new Map<RequestId, Sent>();
  /** What a new process has to be told again: the log level and the subscriptions. */
  readonly #state = new Map<string, { method: string; params: JsonObject }>();
  #upstream: Upstream | undefined;
  #opening: Promise<Upstream> | undefined;
  #initialized: boolean;
  #deaths = 0;
  #usedAt = Date.now();
  readonly #closing = new AbortController();

  /**
   * @param initialize of the client
   * @param initialized the client has said that it has the answer
   */
  constructor(
    readonly backend: Backend,
    private readonly initialize: RequestFrame,
    private readonly user: ConversationUser,
    initialized = false,
  ) {
    this.#initialized = initialized;
  }

  /** Milliseconds since 1970 of its last request; undefined when an answer is missing, or there is no connection. */
  get idleSince(): number | undefined {
    return this.#upstream && this.#sent.size === 0 ? this.#usedAt : undefined;
  }

  /** Gives the connection up until the next request. */
  rest(): void {
    this.#upstream?.close();
    this.#upstream = undefined;
  }

  /** Opens the connection with the client's own `initialize`. @throws GatewayError */
  async begin(): Promise<Handshake> {
    const { signal } = this.#closing;
    const opened = await handshake(this.backend, this.initialize, signal);
    if (opened.answer.error || signal.aborted) opened.upstream.close();
    else this.#adopt(opened);
    return opened;
  }

  /** Sends a request; its answer, or the lack of one, goes to the user. */
  send(exchange: Exchange, request: RequestFrame): void {
    const sent = { exchange, request };
    this.#usedAt = Date.now();
    this.#remember(request);
    this.#sent.set(request.id, sent);
    if (this.#upstream) this.#upstream.send(request);
    else void this.#sendAgain([sent]);
  }

  /** Sends something that is no request; without a process there is nobody to hear it. */
  say(frame: Frame): void {
    if (frame.method === "notifications/initialized") this.#initialized = true;
    this.#upstream?.send(frame);
  }

  /** Sets what a process is to be told when it comes to be. */
  remember(method: string, params: JsonObject): void {
    this.#state.set(method, { method, params });
  }

  /** Nobody waits for the answer any more. */
  cancel(id: RequestId, reason: string): void {
    if (this.#sent.delete(id)) this.#upstream?.cancel(id, reason);
  }

  pressure(slow: boolean): void {
    if (slow) this.#upstream?.pause();
    else this.#upstream?.resume();
  }

  /** @param reason told to those who wait for an answer */
  close(reason = "the session ended"): void {
    this.#closing.abort();
    this.rest();
    for (const { exchange } of this.#sent.values()) this.#lost(exchange, reason);
    this.#sent.clear();
  }

  message(frame: Frame, related?: RequestId): void {
    if (!frame.isResponse()) {
      if (this.#upstream && answersPing(this.#upstream, frame)) return;
      if (isListChange(frame.method)) this.backend.listChanged(frame.method);
      this.user.told(frame, related);
      return;
    }
    const sent = this.#sent.get(frame.id);
    if (!sent) return; // a late answer, or one to the gateway's own request
    this.#sent.delete(frame.id);
    this.#deaths = 0;
    try {
      this.user.answered(sent.exchange, frame);
    } catch (error) {
      this.#lost(sent.exchange, `its answer cannot be handled: ${(error as Error).message}`);
    }
  }

  ended({ reason, untouched = [] }: UpstreamEnd): void {
    this.#upstream = undefined;
    this.#deaths++;
    const again: Sent[] = [];
    for (const [id, sent] of this.#sent) {
      if (untouched.includes(id) && !sent.exchange.retried) {
        sent.exchange.retried = true;
        again.push(sent);
      } else {
        this.#sent.delete(id);
        this.#lost(sent.exchange, reason);
      }
    }
    if (this.#deaths >= DEATHS) this.user.givenUp();
    else if (again.length > 0) void this.#sendAgain(again);
  }

  #lost(exchange: Exchange, reason: string): void {
    const { name } = this.backend;
    const words = `server ${name} failed during the call: ${reason}`;
    this.user.lost(exchange, new GatewayError(502, ErrorCode.ServerUnavailable, words, { server: name }));
  }

  #adopt(opened: Handshake): void {
    this.#upstream = opened.upstream;
    opened.takeOver(this);
  }

  /** Keeps what the server was told to remember. */
  #remember(request: RequestFrame): void {
    const { method } = request;
    const uri = textOr(request.at("params", "uri"), "");
    if (method === "logging/setLevel") this.#state.set(method, { method, params: request.params });
    else if (method === "resources/subscribe") this.#state.set(uri, { method, params: request.params });
    else if (method === "resources/unsubscribe") this.#state.delete(uri);
  }

  async #sendAgain(requests: Sent[]): Promise<void> {
    try {
      const upstream = await this.#reopen();
      for (const { request } of requests) if (this.#sent.has(request.id)) upstream.send(request);
    } catch (error) {
      const known = asGatewayError(error);
      for (const { exchange, request } of requests) if (this.#sent.delete(request.id)) this.user.lost(exchange, known);
      if (known.code !== ErrorCode.Busy && ++this.#deaths >= DEATHS) this.user.givenUp();
    }
  }

  #reopen(): Promise<Upstream> {
    if (this.#upstream) return Promise.resolve(this.#upstream);
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(): Promise<Upstream> {
    const { signal } = this.#closing;
    const own = this.initialize.withId(JSON.stringify(`${OWN}initialize`));
    const opened = await handshake(this.backend, own, signal);
    const { upstream, answer } = opened;
    if (signal.aborted || answer.error) {
      upstream.close();
      const words = `server ${this.backend.name} does not take the session: ${answer.error?.message ?? "it has ended"}`;
      throw new GatewayError(502, ErrorCode.ServerUnavailable, words, { server: this.backend.name });
    }
    this.#adopt(opened);
    if (this.#initialized) upstream.send(Frame.notification("notifications/initialized", {}));
    let count = 0;
    for (const { method, params } of this.#state.values())
      upstream.send(Frame.request(`${OWN}${++count}`, method, params));
    return upstream;
  }
}
