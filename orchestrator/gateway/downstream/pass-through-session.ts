import type { Principal } from "../../security/principal";
import { Conversation, type ConversationUser } from "../calls/conversation";
import type { Exchange } from "../calls/exchange";
import type { GatewayContext } from "../context";
import { GatewayError } from "../gateway-api";
import type { Backend } from "../upstream/backend";
import type { Frame, ResponseFrame } from "../wire/frame";
import { ErrorCode, type RequestId } from "../wire/json-rpc";
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
    this.initialize = exchange.request;
    this.#conversation = new Conversation(this.backend, this.initialize, this);
    try {
      const opened = await this.#conversation.begin();
      if (this.reason) {
        throw new GatewayError(503, ErrorCode.ServerUnavailable, `the session ended: ${this.reason}`);
      }
      const { answer } = opened;
      const refused = answer.error !== undefined;
      if (!refused) this.welcome(answer.at("result", "protocolVersion"), exchange);
      exchange.answer(answer);
      if (!refused) return opened.warm;
    } catch (error) {
      exchange.reject(error);
    }
    this.end("process-ended");
    return undefined;
  }

  protected ask(exchange: Exchange): void {
    if (!this.begin(exchange, this.backend.name)) return;
    this.#conversation?.send(exchange, exchange.request);
  }

  answered({ request }: Exchange, answer: ResponseFrame): void {
    const { rules } = this.context;
    const list = request.method === "tools/list";
    this.client.answer(list ? rules.filter(this.backend.name, this.principal, request, answer) : answer);
  }

  told(frame: Frame, related?: RequestId): void {
    this.client.deliver(frame, this.backend.name, related);
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

  protected pass(frame: Frame): void {
    this.#conversation?.say(frame);
  }

  protected cancel(exchange: Exchange, reason: string): void {
    this.#conversation?.cancel(exchange.id, reason);
  }
}
