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
import { reportCut } from "./stream-cut";

/** Takes requests of modern clients, for one server or for all. `headers` go to a server behind HTTP. */
export interface ModernTarget {
  call(exchange: Exchange, headers: Record<string, string>): void;
  listen(exchange: Exchange, headers: Record<string, string>): void;
}

/** Serves Streamable HTTP without sessions, revision 2026-07-28. */
export class ModernEndpoint {
  constructor(private readonly context: GatewayContext) {}

  /**
   * Handles a POST whose body was read.
   * @throws GatewayError
   */
  post(request: IncomingMessage, response: ServerResponse, caller: Caller, body: Frame, target: ModernTarget): void {
    checkModern(body, request.headers);
    if (!body.isRequest()) {
      sendEmpty(response, 202);
      return;
    } // notifications need no action: a client cancels a request by closing its response
    const stream = (): ClientStream => {
      const made = new ClientStream();
      made.onCut = () => reportCut(this.context, caller.server, caller.principal);
      return made;
    };
    const reply = new HttpReply(response, stream, {
      status: modernStatus,
      forms: accepted(request),
      budget: this.context.budget,
      owner: caller.principal.name,
    });
    const exchange = exchangeOf(body, caller, reply, this.context.recorder);
    response.once("close", () => exchange.cancel("the client left"));
    const headers = forwardedHeaders(request.headers);
    const listens = body.method === LISTEN;
    const { calls, subscriptions } = this.context;
    if (!(listens ? subscriptions : calls).admit(exchange)) return;
    if (listens) target.listen(exchange, headers);
    else target.call(exchange, headers);
  }
}
