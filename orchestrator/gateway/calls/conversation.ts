import type { Principal } from "../../security/principal";
import { asGatewayError, GatewayError } from "../gateway-api";
import type { Backend } from "../upstream/backend";
import type { CallEnd, SessionConnection, Told } from "../upstream/connection";
import type { ConnectionPool } from "../upstream/connection-pool";
import type { Handshake } from "../upstream/handshake";
import { named } from "../upstream/named";
import { SMALL } from "../wire/byte-budget";
import { Frame, type RequestFrame, type ResponseFrame } from "../wire/frame";
import { ErrorCode, type JsonObject, type RequestId } from "../wire/json-rpc";
import { isListChange } from "../wire/lists";
import { ownId } from "../wire/own-ids";
import type { Admission } from "./admission";
import type { Exchange } from "./exchange";
import { SessionState } from "./session-state";

/** Processes that end in a row under a request, with no answer in between, after which the conversation is given up. */
const DEATHS = 2;
/** Most messages kept of a new process before its answer to `initialize`; together they may have SMALL bytes. */
const EARLY = 100;

/** The server of a conversation. */
export interface ConversationServer {
  readonly backend: Backend;
  readonly pool: ConnectionPool;
  readonly admission: Admission;
}

/** The session that a conversation belongs to. */
export interface ConversationUser {
  readonly principal: Principal;
  /** Takes a notification of the server, or its question to the client. */
  told(frame: Frame, related?: RequestId): void;
  /** Called when the server's process is gone, and its questions with it; another may follow. */
  restarted(): void;
  /** Called when the server's processes ended again and again. */
  givenUp(): void;
}

/** A client's request, and the form of it that goes to the server. */
interface Sent {
  exchange: Exchange;
  request: RequestFrame;
}

/**
 * One legacy client's session with one server. When the server's process ends, the next request starts a new process,
 * and the log level and the subscriptions are set there again. After two such deaths in a row the conversation is given
 * up. What a request needs depends on the state of the process, so both are in this one class.
 */
export class Conversation {
  readonly #state = new SessionState();
  #connection: SessionConnection | undefined;
  #opening: Promise<SessionConnection> | undefined;
  /** Messages of a new process from before its answer to `initialize`. */
  #early: Parameters<Told>[] = [];
  #earlyBytes = 0;
  /** Requests that the server never took; the next process gets them. */
  #untouched: Sent[] = [];
  #initialized: boolean;
  #deaths = 0;
  /** True when a request failed with the process that ends: a shared one may end by what others ask. */
  #isStruck = false;
  readonly #closing = new AbortController();

  /**
   * @param initialize the client's `initialize`
   * @param initialized true when the client has sent `notifications/initialized`
   */
  constructor(
    private readonly server: ConversationServer,
    private readonly initialize: RequestFrame,
    private readonly user: ConversationUser,
    initialized = false,
  ) {
    this.#initialized = initialized;
  }

  /**
   * Time of the last use, in milliseconds since 1970; undefined while an answer is missing or there is no connection.
   */
  get idleSince(): number | undefined {
    return this.#connection?.idle ? this.#connection.usedAt : undefined;
  }

  /** Closes the connection. The next request opens another. */
  rest(): void {
    this.#drop("its process was given up");
  }

  /** Opens the connection with the client's own `initialize`. @throws GatewayError */
  async begin(): Promise<Pick<Handshake<unknown>, "answer" | "warm">> {
    const opened = await this.#open(this.initialize);
    if (opened.answer.error || this.#closing.signal.aborted) opened.connection.close("it does not take the session");
    else {
      this.#adopt(opened.connection);
      // The client sent it before the server had answered, so nothing has passed it on yet.
      if (this.#initialized) opened.connection.say(Frame.notification("notifications/initialized", {}));
    }
    return opened;
  }

  /** Sends a request, on a new connection when there is none. The answer or the failure goes to the exchange. */
  send(exchange: Exchange, request: RequestFrame): void {
    this.#state.note(request);
    if (this.#connection) this.#ask(this.#connection, { exchange, request });
    else void this.#askAgain([{ exchange, request }]);
  }

  /** Sends a message that waits for no answer. Drops it when there is no connection. */
  say(frame: Frame): void {
    if (frame.method === "notifications/initialized") this.#initialized = true;
    this.#connection?.say(frame);
  }

  /** Sets the log level of this process and of each that follows, if the server offers to have one. */
  setLevel(params: JsonObject): void {
    this.#state.set("logging/setLevel", params);
    if (this.server.backend.capabilities?.logging === undefined) return;
    this.#connection?.say(Frame.request(ownId(), "logging/setLevel", params));
  }

  pressure(slow: boolean): void {
    if (slow) this.#connection?.pause();
    else this.#connection?.resume();
  }

  /** Ends the conversation. @param reason for the calls that wait for an answer */
  close(reason = "the session ended"): void {
    this.#closing.abort();
    this.#drop(reason);
  }

  #drop(reason: string): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.user.restarted();
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
    this.#isStruck = true;
    if (untouched && !exchange.retried) {
      exchange.retried = true;
      this.#untouched.push(sent);
    } else exchange.reject(this.server.admission.died(reason));
  }

  #told(frame: Frame, related?: RequestId): void {
    if (!this.#connection) {
      this.#earlyBytes += frame.bytes.length;
      if (this.#early.length < EARLY && this.#earlyBytes <= SMALL) this.#early.push([frame, related]);
      return; // what is beyond that is dropped
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
    this.user.restarted();
    const again = this.#untouched.splice(0);
    if (this.#isStruck) this.#deaths++;
    this.#isStruck = false;
    if (this.#deaths < DEATHS) {
      if (again.length > 0) void this.#askAgain(again);
      return;
    }
    for (const { exchange } of again) exchange.reject(this.server.admission.died("its process ended"));
    this.user.givenUp();
  }

  /** Never rejects: what fails goes to the exchanges. */
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
    const own = this.initialize.withId(String(ownId()));
    const { connection, answer } = await this.#open(own);
    if (this.#closing.signal.aborted || answer.error) {
      connection.close("it does not take the session");
      const { name } = this.server.backend;
      const words = named(name, answer.error?.message ?? "it has ended", " does not take the session:");
      throw new GatewayError(502, ErrorCode.ServerUnavailable, words, { server: name });
    }
    this.#adopt(connection);
    if (this.#initialized) connection.say(Frame.notification("notifications/initialized", {}));
    for (const request of this.#state.requests(this.server.backend.capabilities ?? {})) connection.say(request);
    return connection;
  }

  #open(initialize: RequestFrame): Promise<Handshake<SessionConnection>> {
    this.#early = [];
    this.#earlyBytes = 0;
    const { name } = this.user.principal;
    return this.server.pool.session(name, initialize, (...said) => this.#told(...said), this.#closing.signal);
  }
}
