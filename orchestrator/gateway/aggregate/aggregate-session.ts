import type { Principal } from "../../security/principal";
import { Conversation, type ConversationUser } from "../calls/conversation";
import type { Exchange } from "../calls/exchange";
import type { GatewayContext } from "../context";
import { ClientSession } from "../downstream/client-session";
import type { EndReason, OnEnd } from "../downstream/session";
import {
  ErrorCode,
  isRequest,
  isResponse,
  type JsonObject,
  type Message,
  type RequestId,
  textOr,
} from "../wire/json-rpc";
import { splice } from "../wire/json-splice";
import { LEGACY_VERSIONS } from "../wire/modern";
import { isList, LISTS } from "./list-cache";
import type { MergedLists } from "./merged-lists";
import { type Addressed, address, outerNotification, outerResult } from "./names";
import { initializeResult } from "./welcome";

/** Questions of servers that may be without an answer. */
const QUESTIONS = 1_000;

/** A client's session with all servers: a conversation with each server it uses, opened when it first does. */
export class AggregateSession extends ClientSession {
  readonly #conversations = new Map<string, Conversation>();
  /** Questions of servers to the client: their ids may be the same at two servers, so here they have others. */
  readonly #questions = new Map<string, { server: string; id: RequestId }>();
  readonly #unsubscribe: () => void;
  #initialized = false;
  #level: JsonObject | undefined;
  #count = 0;

  constructor(
    principal: Principal,
    private readonly merged: MergedLists,
    context: GatewayContext,
    onEnd: OnEnd,
  ) {
    super(principal, undefined, context, onEnd);
    this.client.onPressure = (slow) => {
      for (const conversation of this.#conversations.values()) conversation.pressure(slow);
    };
    this.#unsubscribe = merged.onChanged((method) => {
      if (this.#initialized) this.client.send(JSON.stringify({ jsonrpc: "2.0", method }));
    });
  }

  async start(exchange: Exchange): Promise<boolean> {
    this.initialize = { request: exchange.request, text: exchange.text };
    const asked = textOr(exchange.request.params?.protocolVersion, "");
    const version = LEGACY_VERSIONS.includes(asked) ? asked : (LEGACY_VERSIONS[0] as string);
    this.welcome({ protocolVersion: version }, exchange);
    exchange.result(JSON.stringify(initializeResult(version, this.merged.servers(this.principal))));
    return false;
  }

  protected ask(exchange: Exchange): void {
    const { method, params } = exchange.request;
    if (isList(method)) void this.#list(exchange);
    else if (method === "ping") exchange.result("{}");
    else if (method === "logging/setLevel") this.#setLevel(exchange, params ?? {});
    else {
      const addressed = address(exchange.request, exchange.text);
      if (addressed) this.#send(exchange, addressed);
      else exchange.fail(...unknown(exchange));
    }
  }

  idleSince(server: string): number | undefined {
    return this.#conversations.get(server)?.idleSince;
  }

  /** Its next request to the server gets a new process, as after the death of one. */
  evict(server: string): void {
    this.#conversations.get(server)?.rest();
  }

  override end(reason: EndReason): void {
    super.end(reason);
    this.#unsubscribe();
    for (const conversation of this.#conversations.values()) conversation.close();
  }

  /** A server is gone: so is what the client has with it. */
  forget(server: string): void {
    this.#conversations.get(server)?.close("it was removed");
    this.#conversations.delete(server);
  }

  protected pass(message: Message, text: string): void {
    if (isResponse(message)) {
      const asked = this.#questions.get(String(message.id));
      if (!asked) return;
      this.#questions.delete(String(message.id));
      const renamed = splice(text, [{ path: ["id"], json: JSON.stringify(asked.id) }]);
      this.#conversations.get(asked.server)?.say({ ...message, id: asked.id }, renamed);
      return;
    }
    if (message.method === "notifications/initialized") this.#initialized = true;
    for (const conversation of this.#conversations.values()) conversation.say(message, text);
  }

  protected cancel(exchange: Exchange, reason: string): void {
    this.#conversations.get(exchange.call.server ?? "")?.cancel(exchange.id, reason);
  }

  async #list(exchange: Exchange): Promise<void> {
    const { method } = exchange.request;
    if (!isList(method)) return;
    exchange.result(`{${JSON.stringify(LISTS[method].key)}:${await this.merged.list(method, this.principal)}}`);
  }

  #setLevel(exchange: Exchange, params: JsonObject): void {
    this.#level = params;
    for (const conversation of this.#conversations.values()) {
      conversation.remember("logging/setLevel", params);
      const message = { jsonrpc: "2.0", id: "dind-mcp:level", method: "logging/setLevel", params };
      conversation.say(message, JSON.stringify(message));
    }
    exchange.result("{}");
  }

  #send(exchange: Exchange, { server, request, text, name }: Addressed): void {
    const { call } = exchange;
    try {
      const { backend } = this.merged.server(server, this.principal);
      call.server = server;
      if (call.tool !== undefined) call.tool = name;
      exchange.rewrite = (message, result) => outerResult(server, request.method, message, result);
      if (!this.begin(exchange, server)) return;
      let conversation = this.#conversations.get(server);
      if (!conversation) {
        if (!this.initialize) return;
        conversation = new Conversation(backend, this.initialize, this.#user(server), this.#initialized);
        if (this.#level) conversation.remember("logging/setLevel", this.#level);
        this.#conversations.set(server, conversation);
      }
      conversation.send(exchange, request, text);
    } catch (error) {
      exchange.reject(error);
    }
  }

  #user(server: string): ConversationUser {
    return {
      answered: (_exchange, message, text) => void this.client.answer(message, text),
      told: (message, text, related) => this.#told(server, message, text, related),
      lost: (exchange, error) => this.lost(exchange, error),
      givenUp: () => this.forget(server), // the next call begins anew
    };
  }

  #told(server: string, message: Message, text: string, related: RequestId | undefined): void {
    if (message.method?.endsWith("/list_changed")) return; // the merged lists tell, once for all
    if (isRequest(message)) {
      const id = `${server}:${++this.#count}`;
      this.#questions.set(id, { server, id: message.id });
      const [oldest] = this.#questions.keys();
      if (this.#questions.size > QUESTIONS && oldest !== undefined) this.#questions.delete(oldest);
      const renamed = splice(text, [{ path: ["id"], json: JSON.stringify(id) }]);
      this.client.deliver({ ...message, id }, renamed, server, related);
    } else if (message.method === "notifications/cancelled") this.#withdrawn(server, message, text, related);
    else this.client.deliver(message, outerNotification(server, message, text), server, related);
  }

  /** A server needs no answer to its question any more. */
  #withdrawn(server: string, message: Message, text: string, related: RequestId | undefined): void {
    const inner = message.params?.requestId;
    const [outer] = [...this.#questions].find(([, asked]) => asked.server === server && asked.id === inner) ?? [];
    if (outer === undefined) return;
    this.#questions.delete(outer);
    const renamed = splice(text, [{ path: ["params", "requestId"], json: JSON.stringify(outer) }]);
    this.client.deliver({ ...message, params: { ...message.params, requestId: outer } }, renamed, server, related);
  }
}

/** Why a request that names nothing of any server fails. */
export function unknown({ request: { method, params } }: Exchange): [number, string] {
  const name = params?.name ?? params?.uri;
  if (name === undefined) return [ErrorCode.MethodNotFound, `there is no method ${method} for all servers together`];
  const words = `${JSON.stringify(name)} names nothing of any server: expected SERVER__NAME, or mcp-SERVER+URI for a resource`;
  return [ErrorCode.InvalidParams, words];
}
