import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Principal } from "../../security/principal";
import type { Admission } from "../calls/admission";
import type { Exchange } from "../calls/exchange";
import type { GatewayContext } from "../context";
import type { SessionInfo } from "../gateway-api";
import type { Frame, RequestFrame } from "../wire/frame";
import { ErrorCode, isObject, type RequestId, textOr } from "../wire/json-rpc";
import { ClientSide } from "./client-side";
import type { EndReason, OnEnd, Session } from "./session";

/** From this revision on streams begin with an event without a message. */
const PRIMED_FROM = "2025-11-25";

/** Who the client says it is, where that can be read. */
function clientOf(initialize: RequestFrame | undefined): SessionInfo["client"] {
  const info = initialize?.at("params", "clientInfo");
  if (!isObject(info) || typeof info.name !== "string") return undefined;
  return { name: info.name, ...(typeof info.version === "string" ? { version: info.version } : {}) };
}

/** What sessions with one server and sessions with all of them have in common: their client. */
export abstract class ClientSession implements Session {
  readonly key = randomBytes(24).toString("base64url");
  readonly client: ClientSide;
  protected initialize: RequestFrame | undefined;
  /** Why it ended; undefined while it lives. */
  protected reason: EndReason | undefined;
  readonly #openedAt = new Date();
  #usedAt = Date.now();
  #version: string | undefined;

  constructor(
    readonly principal: Principal,
    readonly server: string | undefined,
    protected readonly context: GatewayContext,
    private readonly onEnd: OnEnd,
  ) {
    this.client = new ClientSide(context.config.limits.replayBytes);
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
  /** Hands on what the client said and the session itself has no use for. */
  protected abstract pass(frame: Frame): void;

  request(exchange: Exchange): void {
    this.#usedAt = Date.now();
    this.ask(exchange);
  }

  say(frame: Frame): void {
    this.#usedAt = Date.now();
    if (frame.isResponse() && !this.client.answered(frame)) return;
    if (frame.method === "notifications/cancelled") {
      const exchange = this.client.pending.get(frame.at("params", "requestId") as RequestId);
      exchange?.cancel(textOr(frame.at("params", "reason"), "cancelled"));
    } else this.pass(frame);
  }

  listen(response: ServerResponse, lastEventId: string | undefined): void {
    this.#usedAt = Date.now();
    this.client.listen(response, { "mcp-session-id": this.key }, lastEventId);
  }

  end(reason: EndReason): void {
    if (this.reason) return;
    this.reason = reason;
    this.client.failAll(ErrorCode.ServerUnavailable, `the session ended: ${reason}`);
    this.client.end();
    this.onEnd(this, reason);
  }

  /** The answer to `initialize` is about to go out: from now on there is a session. */
  protected welcome(protocolVersion: unknown, { reply }: Exchange): void {
    this.#version = textOr(protocolVersion, "");
    this.client.primed = this.#version >= PRIMED_FROM;
    reply.headers = { "mcp-session-id": this.key };
  }

  /** Takes a request in, unless it may not be made. @returns whether it is to go to the server */
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
