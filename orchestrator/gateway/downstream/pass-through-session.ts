import type { Principal } from "../../security/principal";
import { Conversation, type ConversationUser } from "../calls/conversation";
import type { Exchange } from "../calls/exchange";
import type { GatewayContext } from "../context";
import { GatewayError } from "../gateway-api";
import type { Backend } from "../upstream/backend";
import { ErrorCode, type Message, type RequestId } from "../wire/json-rpc";
import { ClientSession } from "./client-session";
import type { EndReason, OnEnd } from "./session";

/** A client's session with one server: one connection, whose messages cross untouched. */
export class PassThroughSession extends ClientSession implements ConversationUser {
  #conversation: Conversation | undefined;

  constructor(
    principal: Principal,
    private readonly backend: Backend,
    context: GatewayContext,
    onEnd: OnEnd,
  ) {
    super(principal, backend.name, context, onEnd);
    this.client.onPressure = (slow) => this.#conversation?.pressure(slow);
  }

  async start(exchange: Exchange): Promise<boolean | undefined> {
    this.initialize = { request: exchange.request, text: exchange.text };
    this.#conversation = new Conversation(this.backend, this.initialize, this);
    try {
      const opened = await this.#conversation.begin();
      if (this.reason) {
        throw new GatewayError(503, ErrorCode.ServerUnavailable, `the session ended: ${this.reason}`);
      }
      const refused = opened.message.error !== undefined;
      if (!refused) this.welcome(opened.message.result ?? {}, exchange);
      exchange.answer(opened.message, opened.text);
      if (!refused) return opened.warm;
    } catch (error) {
      exchange.reject(error);
    }
    this.end("process-ended");
    return undefined;
  }

  protected ask(exchange: Exchange): void {
    if (!this.begin(exchange, this.backend.name)) return;
    this.#conversation?.send(exchange, exchange.request, exchange.text);
  }

  answered({ request }: Exchange, message: Message, text: string): void {
    const { rules } = this.context;
    const list = request.method === "tools/list";
    this.client.answer(message, list ? rules.filter(this.backend.name, this.principal, request, message, text) : text);
  }

  told(message: Message, text: string, related?: RequestId): void {
    this.client.deliver(message, text, this.backend.name, related);
  }

  givenUp(): void {
    this.end("process-ended");
  }

  idleSince(server: string): number | undefined {
    return server === this.server && this.client.pending.size === 0 ? this.usedAt : undefined;
  }

  evict(): void {
    this.end("evicted");
  }

  override end(reason: EndReason): void {
    super.end(reason);
    this.#conversation?.close();
  }

  protected pass(message: Message, text: string): void {
    this.#conversation?.say(message, text);
  }

  protected cancel(exchange: Exchange, reason: string): void {
    this.#conversation?.cancel(exchange.id, reason);
  }
}
