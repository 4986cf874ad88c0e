import type { IncomingMessage, ServerResponse } from "node:http";
import type { Exchange } from "../calls/exchange";
import type { GatewayContext } from "../context";
import type { Frame } from "../wire/frame";
import { LISTEN } from "../wire/modern";
import { accepted } from "./accept";
import { type Caller, exchangeOf } from "./caller";
import { ClientStream } from "./client-stream";
import { sendEmpty } from "./http-answers";
import { HttpReply } from "./http-reply";
import { checkModern, forwardedHeaders, modernStatus } from "./modern-request";

/** Where requests of the modern era go: to one server, or to all. @param headers for servers behind HTTP */
export interface ModernTarget {
  call(exchange: Exchange, headers: Record<string, string>): void;
  listen(exchange: Exchange, headers: Record<string, string>): void;
}

/** Streamable HTTP of the modern era, 2026-07-28. */
export class ModernEndpoint {
  constructor(private readonly context: GatewayContext) {}

  /**
   * A POST whose body was read.
   * @throws GatewayError
   */
  post(request: IncomingMessage, response: ServerResponse, caller: Caller, body: Frame, target: ModernTarget): void {
    checkModern(body, request.headers);
    if (!body.isRequest()) {
      sendEmpty(response, 202);
      return;
    } // the end of a stream is what cancels here
    const reply = new HttpReply(response, () => new ClientStream(), { status: modernStatus, forms: accepted(request) });
    const exchange = exchangeOf(body, caller, reply, this.context.recorder);
    response.once("close", () => exchange.cancel("the client left"));
    const headers = forwardedHeaders(request.headers);
    if (body.method === LISTEN) target.listen(exchange, headers);
    else target.call(exchange, headers);
  }
}
