import type { Principal } from "../../security/principal";
import { Conversation, type ConversationUser } from "../calls/conversation";
import type { Exchange } from "../calls/exchange";
import type { GatewayContext } from "../context";
import { ClientSession } from "../downstream/client-session";
import type { EndReason, OnEnd } from "../downstream/session";
import { Frame } from "../wire/frame";
import { ErrorCode, type JsonObject, objectOf, type RequestId, textOr } from "../wire/json-rpc";
import { isList, isListChange } from "../wire/lists";
import { LEGACY_VERSIONS } from "../wire/modern";
import type { MergedLists } from "./merged-lists";
import type { Addressed } from "./names";
import { outerNotification, outward } from "./outward";
import { initializeResult } from "./welcome";

/** Most questions of servers that may wait for the client's answer; the oldest goes first. */
const QUESTIONS = 1_000;

/** A client's session with all servers. It opens a conversation with a server at the first request for that server. */
export class AggregateSession extends ClientSession {
  readonly #conversations = new Map<string, Conversation>();
  /** Questions of servers, by the id that the client sees: two servers may use the same id, so each gets a new one. */
  readonly #questions = new Map<string, { server: string; id: RequestId; idText: string }>();
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
    this.#unsubscribe = merged.changes.onChanged((method) => {
      if (this.#initialized) this.client.send(Frame.notification(method));
    });
  }

  async start(exchange: Exchange): Promise<boolean> {
    this.initialize = exchange.request;
    const asked = textOr(exchange.request.at("params", "protocolVersion"), "");
    const version = LEGACY_VERSIONS.includes(asked) ? asked : (LEGACY_VERSIONS[0] as string);
    this.welcome(version, exchange);
    exchange.result(JSON.stringify(initializeResult(version, this.merged.servers(this.principal))));
    return false;
  }

  protected ask(exchange: Exchange): void {
    const { method } = exchange.request;
    if (isList(method)) this.#list(exchange).catch((error) => exchange.reject(error));
    else if (method === "ping") exchange.result("{}");
    else if (method === "logging/setLevel") this.#setLevel(exchange, objectOf(exchange.request.exact("params")));
    else {
      const found = this.merged.address(exchange.request, this.principal);
      if (!(found instanceof Promise)) this.#send(exchange, found);
      else found.then((late) => this.#send(exchange, late)).catch((error) => exchange.reject(error));
    }
  }

  idleSince(server: string): number | undefined {
    return this.#conversations.get(server)?.idleSince;
  }

  /** Gives up the session's process of a server. The next request to that server gets a new process. */
  evict(server: string): void {
    this.#conversations.get(server)?.rest();
  }

  override end(reason: EndReason): void {
    super.end(reason);
    this.#unsubscribe();
    for (const conversation of this.#conversations.values()) conversation.close();
  }

  /** Ends the conversation with a server that was removed. */
  forget(server: string): void {
    this.#conversations.get(server)?.close("it was removed");
    this.#conversations.delete(server);
  }

  protected pass(frame: Frame): void {
    if (frame.isResponse()) {
      const asked = this.#questions.get(String(frame.id));
      if (!asked) return;
      this.#questions.delete(String(frame.id));
      this.#conversations.get(asked.server)?.say(frame.withId(asked.idText));
      return;
    }
    if (frame.method === "notifications/initialized") this.#initialized = true;
    for (const conversation of this.#conversations.values()) conversation.say(frame);
  }

  async #list(exchange: Exchange): Promise<void> {
    const { method } = exchange.request;
    if (!isList(method)) return;
    exchange.result(`{${await this.merged.list(method, this.principal)}}`);
  }

  #setLevel(exchange: Exchange, params: JsonObject): void {
    this.#level = params;
    for (const conversation of this.#conversations.values()) conversation.setLevel(params);
    exchange.result("{}");
  }

  #send(exchange: Exchange, addressed: Addressed | undefined): void {
    if (!addressed || this.reason) {
      if (this.reason) this.over(exchange, this.reason);
      else exchange.fail(...unknown(exchange));
      return;
    }
    const { server, request, name } = addressed;
    const { call } = exchange;
    const part = this.merged.server(server, this.principal);
    call.server = server;
    if (call.tool !== undefined) call.tool = name;
    exchange.rewrite = outward(server, request.method);
    if (!this.begin(exchange, part.admission)) return;
    let conversation = this.#conversations.get(server);
    if (!conversation) {
      if (!this.initialize) return;
      conversation = new Conversation(part, this.initialize, this.#user(server), this.#initialized);
      if (this.#level) conversation.setLevel(this.#level);
      this.#conversations.set(server, conversation);
    }
    conversation.send(exchange, request);
  }

  #user(server: string): ConversationUser {
    return {
      principal: this.principal,
      told: (frame, related) => this.#told(server, frame, related),
      restarted: () => this.#forgetQuestions(server),
      givenUp: () => this.forget(server), // the next call opens a new conversation
    };
  }

  #told(server: string, frame: Frame, related: RequestId | undefined): void {
    if (isListChange(frame.method)) return; // MergedLists tells all sessions; passing it on would tell this one twice
    if (frame.isRequest()) {
      const id = String(++this.#count);
      this.#questions.set(id, { server, id: frame.id, idText: frame.idText });
      const [oldest] = this.#questions.keys();
      if (this.#questions.size > QUESTIONS && oldest !== undefined) this.#questions.delete(oldest);
      this.client.deliver(frame.withId(id), server, related);
    } else if (frame.method === "notifications/cancelled") this.#withdrawn(server, frame, related);
    else this.client.deliver(outerNotification(server, frame), server, related);
  }

  #forgetQuestions(server: string): void {
    for (const [outer, asked] of this.#questions) {
      if (asked.server !== server) continue;
      this.#questions.delete(outer);
      this.client.settled(Number(outer));
    }
  }

  /** Passes on that a server withdrew its question, with the id that the client knows. */
  #withdrawn(server: string, frame: Frame, related: RequestId | undefined): void {
    const inner = frame.at("params", "requestId");
    const [outer] = [...this.#questions].find(([, asked]) => asked.server === server && asked.id === inner) ?? [];
    if (outer === undefined) return;
    this.#questions.delete(outer);
    const renamed = frame.replace({ path: ["params", "requestId"], json: outer });
    this.client.deliver(renamed, server, related);
  }
}

/** Returns code and message for a request that names nothing of any server. */
export function unknown({ request }: Exchange): [number, string] {
  const name = request.at("params", "name") ?? request.at("params", "uri");
  if (name === undefined)
    return [ErrorCode.MethodNotFound, `there is no method ${request.method} for all servers together`];
  const words = `${JSON.stringify(name)} names nothing of any server: expected SERVER__NAME, or mcp-SERVER+URI for a resource`;
  return [ErrorCode.InvalidParams, words];
}
