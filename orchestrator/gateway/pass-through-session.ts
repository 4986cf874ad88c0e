import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Principal } from "../security/principal";
import { type Backend, callTimeout } from "./backend";
import { ClientSide } from "./client-side";
import type { GatewayContext } from "./context";
import type { Exchange, Reply } from "./exchange";
import type { SessionInfo } from "./gateway-api";
import { GatewayError } from "./gateway-api";
import { type Handshake, handshake } from "./handshake";
import { asGatewayError } from "./http-answers";
import {
  ErrorCode,
  isResponse,
  type JsonObject,
  type Message,
  notificationText,
  type Request,
  type RequestId,
  requestText,
} from "./json-rpc";
import { splice } from "./json-splice";
import type { EndReason, Session } from "./session";
import type { Upstream, UpstreamEnd, UpstreamUser } from "./upstream";

/** Ids of what the gateway itself asks a server in a client's session. */
const OWN = "dind-mcp:";
/** A process that ends so often without a success in between is given up. */
const DEATHS = 2;

/** A client's session with one server: one connection, whose messages cross untouched. */
export class PassThroughSession implements Session, UpstreamUser {
  readonly key = randomBytes(24).toString("base64url");
  readonly client: ClientSide;
  readonly #openedAt = new Date();
  #usedAt = Date.now();
  #upstream: Upstream | undefined;
  #initialize: { request: Request; text: string } | undefined;
  #initialized = false;
  #version: string | undefined;
  /** What a new process has to be told again: the log level and the subscriptions. */
  readonly #state = new Map<string, { method: string; params: JsonObject }>();
  #reopening: Promise<Upstream> | undefined;
  #deaths = 0;
  #ended: EndReason | undefined;

  /** @param onEnd told once */
  constructor(
    readonly principal: Principal,
    private readonly backend: Backend,
    private readonly context: GatewayContext,
    private readonly onEnd: (session: PassThroughSession, reason: EndReason) => void,
  ) {
    this.client = new ClientSide(context.config.limits.replayBytes);
    this.client.onPressure = (slow) => (slow ? this.#upstream?.pause() : this.#upstream?.resume());
  }

  get server(): string {
    return this.backend.name;
  }

  /** Milliseconds since 1970 of its last message. */
  get usedAt(): number {
    return this.#usedAt;
  }

  info(): SessionInfo {
    return {
      id: this.key.slice(0, 8),
      server: this.server,
      principal: this.principal.name,
      client: this.#initialize?.request.params?.clientInfo as SessionInfo["client"],
      protocolVersion: this.#version,
      openedAt: this.#openedAt.toISOString(),
      lastUsedAt: new Date(this.#usedAt).toISOString(),
      inFlight: this.client.pending.size,
      streams: this.client.streams,
    };
  }

  /**
   * Opens the connection with the client's `initialize`, and answers it.
   * @returns whether the process had been waiting; undefined when the session did not come to be
   */
  async start(exchange: Exchange, reply: Reply): Promise<boolean | undefined> {
    this.#initialize = { request: exchange.request, text: exchange.text };
    reply.response.once("close", () => {
      if (!exchange.done) this.end("client-gone");
    });
    try {
      const opened = await handshake(this.backend, exchange.request, exchange.text);
      if (this.#ended) throw new GatewayError(503, ErrorCode.ServerUnavailable, `the session ended: ${this.#ended}`);
      if (opened.message.error) {
        opened.upstream.close();
        exchange.answer(opened.message, opened.text);
        this.end("process-ended");
        return undefined;
      }
      this.#version = String(opened.message.result?.protocolVersion);
      this.client.primed = this.#version >= "2025-11-25";
      reply.headers = { ...reply.headers, "mcp-session-id": this.key };
      this.#adopt(opened);
      exchange.answer(opened.message, opened.text);
      return opened.warm;
    } catch (error) {
      const { status, code, message, data } = asGatewayError(error);
      reply.status = () => status;
      exchange.fail(code, message, data);
      this.end("process-ended");
      return undefined;
    }
  }

  request(exchange: Exchange): void {
    this.#usedAt = Date.now();
    const { id, request } = exchange;
    if (this.client.pending.has(id)) return exchange.fail(ErrorCode.InvalidRequest, `the request id ${id} is in use`);
    const refusal = exchange.call.tool && this.context.rules.refusal(this.server, exchange.call.tool, this.principal);
    if (refusal) return exchange.fail(ErrorCode.Denied, refusal);
    this.#remember(request);
    this.client.begin(exchange);
    exchange.startTimer(callTimeout(this.backend.info()), () => this.#expired(exchange));
    if (this.#upstream) this.#upstream.send(request, exchange.text);
    else void this.#resend([exchange]);
  }

  message(message: Message, text: string, related?: RequestId): void {
    if (!isResponse(message)) return this.client.deliver(message, text, related);
    const exchange = this.client.pending.get(message.id);
    if (!exchange) return; // a late answer, or one to the gateway's own request
    this.#deaths = 0;
    const list = exchange.request.method === "tools/list";
    this.client.answer(message, list ? this.context.rules.filter(this.server, this.principal, message, text) : text);
  }

  /** A message of the client that is no request. */
  say(message: Message, text: string): void {
    this.#usedAt = Date.now();
    if (isResponse(message)) {
      if (!this.client.answered(message)) return;
    } else if (message.method === "notifications/initialized") this.#initialized = true;
    else if (message.method === "notifications/cancelled") {
      const exchange = this.client.pending.get(message.params?.requestId as RequestId);
      if (exchange) {
        this.client.forget(exchange);
        exchange.abandon();
      }
    }
    this.#upstream?.send(message, text);
  }

  listen(response: ServerResponse, lastEventId: string | undefined): void {
    this.#usedAt = Date.now();
    this.client.listen(response, { "mcp-session-id": this.key }, lastEventId);
  }

  ended({ reason, untouched = [] }: UpstreamEnd): void {
    this.#upstream = undefined;
    this.#deaths++;
    const again = [...this.client.pending.values()].filter(({ id, retried }) => untouched.includes(id) && !retried);
    for (const exchange of again) exchange.retried = true;
    const words = `server ${this.server} failed during the call: ${reason}`;
    this.client.failAll(ErrorCode.ServerUnavailable, words, (exchange) => again.includes(exchange));
    if (this.#deaths >= DEATHS) this.end("process-ended");
    else if (again.length > 0) void this.#resend(again);
  }

  end(reason: EndReason): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.client.failAll(ErrorCode.ServerUnavailable, `the session ended: ${reason}`);
    this.client.end();
    this.#upstream?.close();
    this.#upstream = undefined;
    this.onEnd(this, reason);
  }

  #adopt(opened: Handshake): void {
    this.#upstream = opened.upstream;
    opened.takeOver({
      message: (...arrived) => this.message(...arrived),
      ended: (how) => this.ended(how),
    });
  }

  #expired(exchange: Exchange): void {
    this.client.forget(exchange);
    this.#upstream?.cancel(exchange.id, `no answer within ${exchange.timeout} ms`);
    exchange.timedOut();
  }

  /** Keeps what the server was told to remember. */
  #remember({ method, params = {} }: Request): void {
    if (method === "logging/setLevel") this.#state.set(method, { method, params });
    else if (method === "resources/subscribe") this.#state.set(String(params.uri), { method, params });
    else if (method === "resources/unsubscribe") this.#state.delete(String(params.uri));
  }

  async #resend(exchanges: Exchange[]): Promise<void> {
    try {
      const upstream = await this.#reopen();
      for (const exchange of exchanges) if (!exchange.done) upstream.send(exchange.request, exchange.text);
    } catch (error) {
      const { code, message, data } = asGatewayError(error);
      for (const exchange of exchanges) {
        this.client.forget(exchange);
        exchange.fail(code, message, data);
      }
      if (++this.#deaths >= DEATHS) this.end("process-ended");
    }
  }

  /** A new process in the place of one that is gone, told all that the old one was told. */
  #reopen(): Promise<Upstream> {
    this.#reopening ??= this.#openAgain().finally(() => {
      this.#reopening = undefined;
    });
    return this.#reopening;
  }

  async #openAgain(): Promise<Upstream> {
    if (!this.#initialize) throw new GatewayError(404, ErrorCode.InvalidRequest, "the session was never initialised");
    const { request, text } = this.#initialize;
    const id = `${OWN}initialize`;
    const opened = await handshake(
      this.backend,
      { ...request, id },
      splice(text, [{ path: ["id"], json: JSON.stringify(id) }]),
    );
    if (this.#ended || opened.message.error) {
      opened.upstream.close();
      const why = opened.message.error?.message ?? this.#ended;
      throw new GatewayError(
        502,
        ErrorCode.ServerUnavailable,
        `server ${this.server} did not take its session up again: ${why}`,
      );
    }
    this.#adopt(opened);
    const { upstream } = opened;
    if (this.#initialized) {
      const method = "notifications/initialized";
      upstream.send({ method }, notificationText(method, {}));
    }
    let count = 0;
    for (const { method, params } of this.#state.values()) {
      const again = `${OWN}${++count}`;
      upstream.send({ id: again, method, params }, requestText(again, method, params));
    }
    return upstream;
  }
}
