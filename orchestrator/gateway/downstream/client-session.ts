import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Principal } from "../../security/principal";
import type { Admission } from "../calls/admission";
import type { Exchange } from "../calls/exchange";
import type { GatewayContext } from "../context";
import type { SessionInfo } from "../gateway-api";
import type { Frame, RequestFrame, ResponseFrame } from "../wire/frame";
import { byId, ErrorCode, isObject, textOr } from "../wire/json-rpc";
import { ClientSide } from "./client-side";
import { type EndReason, endWords, type OnEnd, type Session } from "./session";
import { reportCut } from "./stream-cut";

/** First revision whose streams begin with an event that has an id and no message. */
const PRIMED_FROM = "2025-11-25";

/** Returns the client's name and version from its `initialize`; undefined when it has no readable name. */
function clientOf(initialize: RequestFrame | undefined): SessionInfo["client"] {
  const info = initialize?.at("params", "clientInfo");
  if (!isObject(info) || typeof info.name !== "string") return undefined;
  return { name: info.name, ...(typeof info.version === "string" ? { version: info.version } : {}) };
}

/** The client's side of a session, common to sessions with one server and sessions with all servers. */
export abstract class ClientSession implements Session {
  readonly key = randomBytes(24).toString("base64url");
  readonly client: ClientSide;
  protected initialize: RequestFrame | undefined;
  /** Why the session ended; undefined while it is open. */
  protected reason: EndReason | undefined;
  readonly #openedAt = new Date();
  #isStrayTold = false;
  #usedAt = Date.now();
  #version: string | undefined;

  constructor(
    readonly principal: Principal,
    readonly server: string | undefined,
    protected readonly context: GatewayContext,
    private readonly onEnd: OnEnd,
  ) {
    this.client = new ClientSide(context.config.limits.replayBytes);
    this.client.onListen = (response) => context.budget.watch(response, principal.name);
    this.client.onCut = () => reportCut(context, server, principal);
  }

  get usedAt(): number {
    return this.#usedAt;
  }

  get version(): string | undefined {
    return this.#version;
  }

  info(): SessionInfo {
    return {
      id: this.key.slice(0, 8),
      server: this.server,
      principal: this.principal.name,
      client: clientOf(this.initialize),
      protocolVersion: this.#version,
      openedAt: this.#openedAt.toISOString(),
      lastUsedAt: new Date(this.#usedAt).toISOString(),
      inFlight: this.client.pending.size,
      streams: this.client.streams,
    };
  }

  abstract start(exchange: Exchange): Promise<boolean | undefined>;
  abstract idleSince(server: string): number | undefined;
  abstract evict(server: string): void;
  protected abstract ask(exchange: Exchange): void;
  /** Passes on a client's message that the session does not handle itself. */
  protected abstract pass(frame: Frame): void;

  request(exchange: Exchange): void {
    this.#usedAt = Date.now();
    try {
      if (this.reason) this.over(exchange, this.reason);
      else if (this.context.calls.admit(exchange)) this.ask(exchange);
    } catch (error) {
      exchange.reject(error); // a request that waited for `initialize` has no caller left that could answer it
    }
  }

  /** Fails a request that came after the session's end. */
  protected over(exchange: Exchange, reason: EndReason): void {
    exchange.fail(ErrorCode.ServerUnavailable, endWords(reason));
  }

  say(frame: Frame): void {
    this.#usedAt = Date.now();
    if (frame.isResponse()) {
      if (!this.answer(frame)) this.#stray(frame);
    } else if (frame.method === "notifications/cancelled") {
      const exchange = byId(this.client.pending, frame.at("params", "requestId"));
      exchange?.cancel(textOr(frame.at("params", "reason"), "cancelled"));
    } else this.pass(frame);
  }

  answer(frame: Frame): boolean {
    const answer = this.client.answered(frame);
    if (answer) this.pass(answer);
    return answer !== undefined;
  }

  /** Logs an answer to no open question, once: it may be late, or carry another id than the question. */
  #stray({ id }: ResponseFrame): void {
    if (this.#isStrayTold) return;
    this.#isStrayTold = true;
    const words = `id ${JSON.stringify(id).slice(0, 80)}: no question with it is open`;
    const whose = `an answer of a client of ${this.server ?? "all servers"}, token ${this.principal.name}, is dropped`;
    this.context.warn(whose, new Error(words));
  }

  listen(response: ServerResponse, lastEventId: string | undefined): void {
    this.#usedAt = Date.now();
    this.client.listen(response, { "mcp-session-id": this.key }, lastEventId);
  }

  end(reason: EndReason): void {
    if (this.reason) return;
    this.reason = reason;
    this.client.failAll(ErrorCode.ServerUnavailable, endWords(reason));
    this.client.end();
    this.onEnd(this, reason);
  }

  /** Takes the negotiated version, just before the answer to `initialize` goes out. */
  protected welcome(protocolVersion: unknown, { reply }: Exchange): void {
    this.#version = textOr(protocolVersion, "");
    this.client.primed = this.#version >= PRIMED_FROM;
    reply.headers = { "mcp-session-id": this.key };
  }

  /** Registers a request, or fails it when the client may not make it. @returns whether it goes to the server */
  protected begin(exchange: Exchange, admission: Admission): boolean {
    if (!admission.admit(exchange)) return false;
    if (this.client.pending.has(exchange.id)) {
      exchange.fail(ErrorCode.InvalidRequest, `the request id ${exchange.id} is in use`);
      return false;
    }
    this.client.begin(exchange);
    exchange.startTimer(admission.timeout);
    return true;
  }
}
