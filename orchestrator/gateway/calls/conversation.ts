import { asGatewayError, GatewayError } from "../gateway-api";
import type { Backend } from "../upstream/backend";
import type { CallEnd, SessionConnection, Told } from "../upstream/connection";
import type { ConnectionPool } from "../upstream/connection-pool";
import type { Handshake } from "../upstream/handshake";
import { Frame, type RequestFrame, type ResponseFrame } from "../wire/frame";
import { ErrorCode, type JsonObject, type RequestId, textOr } from "../wire/json-rpc";
import { isListChange } from "../wire/lists";
import type { Admission } from "./admission";
import type { Exchange } from "./exchange";

/** Ids of what the gateway itself asks a server in a client's session. */
const OWN = "dind-mcp:";
/** A process that ends so often without a success in between is given up. */
const DEATHS = 2;

/** The server of a conversation. */
export interface ConversationServer {
  readonly backend: Backend;
  readonly pool: ConnectionPool;
  readonly admission: Admission;
}

/** The session that a conversation belongs to. */
export interface ConversationUser {
  /** A notification of the server, or a question to the client. */
  told(frame: Frame, related?: RequestId): void;
  /** The process ended again and again. */
  givenUp(): void;
}

/** A request on its way, in the names that the server knows. */
interface Sent {
  exchange: Exchange;
  request: RequestFrame;
}

/**
 * What one client has with one server in the legacy era. When the server's process has ended, the next request gets a
 * new one, which is told all that the old one was told; once, then the failure is reported.
 */
export class Conversation {
  /** What a new process has to be told again: the log level and the subscriptions. */
  readonly #state = new Map<string, { method: string; params: JsonObject }>();
  #connection: SessionConnection | undefined;
  #opening: Promise<SessionConnection> | undefined;
  /** What a new process said before its `initialize` was answered. */
  #early: Parameters<Told>[] = [];
  /** Sent and never taken by the server: for its next process. */
  #untouched: Sent[] = [];
  #initialized: boolean;
  #deaths = 0;
  readonly #closing = new AbortController();

  /**
   * @param initialize of the client
   * @param initialized the client has said that it has the answer
   */
  constructor(
    private readonly server: ConversationServer,
    private readonly initialize: RequestFrame,
    private readonly user: ConversationUser,
    initialized = false,
  ) {
    this.#initialized = initialized;
  }

  /** Milliseconds since 1970 of its last use; undefined when an answer is missing, or there is no connection. */
  get idleSince(): number | undefined {
    return this.#connection?.idle ? this.#connection.usedAt : undefined;
  }

  /** Gives the connection up until the next request. */
  rest(): void {
    this.#drop("its process was given up");
  }

  /** Opens the connection with the client's own `initialize`. @throws GatewayError */
  async begin(): Promise<Pick<Handshake<unknown>, "answer" | "warm">> {
    const opened = await this.#open(this.initialize);
    if (opened.answer.error || this.#closing.signal.aborted) opened.connection.close("it does not take the session");
    else this.#adopt(opened.connection);
    return opened;
  }

  /** Sends a request; its answer, or the lack of one, goes to the exchange. */
  send(exchange: Exchange, request: RequestFrame): void {
    this.#remember(request);
    if (this.#connection) this.#ask(this.#connection, { exchange, request });
    else void this.#askAgain([{ exchange, request }]);
  }

  /** Sends something that is no request; without a process there is nobody to hear it. */
  say(frame: Frame): void {
    if (frame.method === "notifications/initialized") this.#initialized = true;
    this.#connection?.say(frame);
  }

  /** Sets what a process is to be told when it comes to be. */
  remember(method: string, params: JsonObject): void {
    this.#state.set(method, { method, params });
  }

  pressure(slow: boolean): void {
    if (slow) this.#connection?.pause();
    else this.#connection?.resume();
  }

  /** @param reason told to those who wait for an answer */
  close(reason = "the session ended"): void {
    this.#closing.abort();
    this.#drop(reason);
  }

  #drop(reason: string): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close(reason);
  }

  #ask(connection: SessionConnection, sent: Sent): void {
    const { exchange, request } = sent;
    if (exchange.done) return;
    exchange.withdraw = connection.send({
      request,
      answered: (answer) => this.#answered(exchange, answer),
      failed: (end) => this.#failed(sent, end),
    });
  }

  #answered(exchange: Exchange, answer: ResponseFrame): void {
    this.#deaths = 0;
    exchange.answer(answer);
  }

  #failed(sent: Sent, { reason, untouched }: CallEnd): void {
    const { exchange } = sent;
    if (untouched && !exchange.retried) {
      exchange.retried = true;
      this.#untouched.push(sent);
    } else exchange.reject(this.server.admission.died(reason));
  }

  #told(frame: Frame, related?: RequestId): void {
    if (!this.#connection) {
      this.#early.push([frame, related]);
      return;
    }
    if (isListChange(frame.method)) this.server.backend.listChanged(frame.method);
    this.user.told(frame, related);
  }

  #adopt(connection: SessionConnection): void {
    this.#connection = connection;
    for (const said of this.#early.splice(0)) this.#told(...said);
    connection.onEnd = () => this.#ended();
    if (connection.over) this.#ended();
  }

  #ended(): void {
    this.#connection = undefined;
    const again = this.#untouched.splice(0);
    if (++this.#deaths < DEATHS) {
      if (again.length > 0) void this.#askAgain(again);
      return;
    }
    for (const { exchange } of again) exchange.reject(this.server.admission.died("its process ended"));
    this.user.givenUp();
  }

  /** Keeps what the server was told to remember. */
  #remember(request: RequestFrame): void {
    const { method } = request;
    const uri = textOr(request.at("params", "uri"), "");
    if (method === "logging/setLevel") this.#state.set(method, { method, params: request.params });
    else if (method === "resources/subscribe") this.#state.set(uri, { method, params: request.params });
    else if (method === "resources/unsubscribe") this.#state.delete(uri);
  }

  async #askAgain(requests: Sent[]): Promise<void> {
    try {
      const connection = await this.#reopen();
      for (const sent of requests) this.#ask(connection, sent);
    } catch (error) {
      for (const { exchange } of requests) exchange.reject(error);
      if (asGatewayError(error).code !== ErrorCode.Busy && ++this.#deaths >= DEATHS) this.user.givenUp();
    }
  }

  #reopen(): Promise<SessionConnection> {
    if (this.#connection) return Promise.resolve(this.#connection);
    this.#opening ??= this.#openAgain().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #openAgain(): Promise<SessionConnection> {
    const own = this.initialize.withId(JSON.stringify(`${OWN}initialize`));
    const { connection, answer } = await this.#open(own);
    if (this.#closing.signal.aborted || answer.error) {
      connection.close("it does not take the session");
      const { name } = this.server.backend;
      const words = `server ${name} does not take the session: ${answer.error?.message ?? "it has ended"}`;
      throw new GatewayError(502, ErrorCode.ServerUnavailable, words, { server: name });
    }
    this.#adopt(connection);
    if (this.#initialized) connection.say(Frame.notification("notifications/initialized", {}));
    let count = 0;
    for (const { method, params } of this.#state.values())
      connection.say(Frame.request(`${OWN}${++count}`, method, params));
    return connection;
  }

  #open(initialize: RequestFrame): Promise<Handshake<SessionConnection>> {
    this.#early = [];
    return this.server.pool.session(initialize, (...said) => this.#told(...said), this.#closing.signal);
  }
}
