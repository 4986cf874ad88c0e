import type { Principal } from "../../security/principal";
import { Conversation, type ConversationServer, type ConversationUser } from "../calls/conversation";
import type { Exchange } from "../calls/exchange";
import type { GatewayContext } from "../context";
import { GatewayError } from "../gateway-api";
import type { Frame } from "../wire/frame";
import { ErrorCode, type RequestId } from "../wire/json-rpc";
import { ClientSession } from "./client-session";
import { type EndReason, endWords, type OnEnd } from "./session";

/** A client's session with one server. Messages pass between the two unchanged. */
export class PassThroughSession extends ClientSession implements ConversationUser {
  #conversation: Conversation | undefined;

  constructor(
    principal: Principal,
    private readonly part: ConversationServer,
    context: GatewayContext,
    onEnd: OnEnd,
  ) {
    super(principal, part.backend.name, context, onEnd);
    this.client.onPressure = (slow) => this.#conversation?.pressure(slow);
  }

  async start(exchange: Exchange): Promise<boolean | undefined> {
    this.initialize = exchange.request;
    this.#conversation = new Conversation(this.part, this.initialize, this);
    const { answer, warm } = await this.#conversation.begin();
    if (this.reason) {
      throw new GatewayError(503, ErrorCode.ServerUnavailable, endWords(this.reason));
    }
    const refused = answer.error !== undefined;
    if (!refused) this.welcome(answer.at("result", "protocolVersion"), exchange);
    exchange.answer(answer);
    if (!refused) return warm;
    this.end("process-ended");
    return undefined;
  }

  protected ask(exchange: Exchange): void {
    if (this.begin(exchange, this.part.admission)) this.#conversation?.send(exchange, exchange.request);
  }

  told(frame: Frame, related?: RequestId): void {
    this.client.deliver(frame, this.server, related);
  }

  restarted(): void {
    this.client.forgetQuestions();
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
}
