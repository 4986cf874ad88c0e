import type { IncomingMessage, ServerResponse } from "node:http";
import type { Exchange } from "../calls/exchange";
import type { GatewayContext } from "../context";
import { GatewayError } from "../gateway-api";
import { ambiguousKey } from "../wire/ambiguity";
import type { Frame, RequestFrame } from "../wire/frame";
import { ErrorCode } from "../wire/json-rpc";
import { LEGACY_VERSIONS } from "../wire/modern";
import { accepted, formsOf } from "./accept";
import { type Caller, checkInitialize, exchangeOf, type NewSession, sessionNotFound, single } from "./caller";
import { sendEmpty } from "./http-answers";
import { HttpReply } from "./http-reply";
import type { Session } from "./session";
import type { Sessions } from "./sessions";

/** Serves Streamable HTTP with sessions, revisions 2025-03-26 to 2025-11-25. */
export class LegacyEndpoint {
  constructor(
    private readonly context: GatewayContext,
    private readonly sessions: Sessions,
  ) {}

  /**
   * Handles a POST whose body was read.
   * @throws GatewayError
   */
  post(request: IncomingMessage, response: ServerResponse, caller: Caller, body: Frame, make: NewSession): void {
    const { batch } = body;
    if (batch) {
      this.#batch(request, response, caller, batch);
      return;
    }
    if (!body.kind) {
      if (single(request.headers["mcp-session-id"]) !== undefined) this.#session(request, caller).answer(body);
      const words = "the body is no JSON-RPC request, notification or response";
      throw new GatewayError(400, ErrorCode.InvalidRequest, words);
    }
    if (body.isRequest() && body.method === "initialize") {
      this.#initialize(request, response, caller, body, make);
      return;
    }
    const session = this.#session(request, caller);
    if (!body.isRequest()) {
      session.say(body);
      sendEmpty(response, 202);
      return;
    }
    // A broken connection cancels no request: clients send notifications/cancelled (MCP, Transports, "Sending
    // Messages").
    this.sessions.request(session, this.#exchange(body, caller, this.#reply(request, response, session), session.key));
  }

  get(request: IncomingMessage, response: ServerResponse, caller: Caller): void {
    const session = this.#session(request, caller);
    const forms = formsOf(request.headers.accept);
    if (!forms || forms === "json") {
      throw new GatewayError(
        406,
        ErrorCode.InvalidRequest,
        "GET opens an event stream: send Accept: text/event-stream",
      );
    }
    session.listen(response, single(request.headers["last-event-id"]));
  }

  delete(request: IncomingMessage, response: ServerResponse, caller: Caller): void {
    this.#session(request, caller).end("deleted");
    sendEmpty(response, 200);
  }

  #session(request: IncomingMessage, { principal, server }: Caller): Session {
    const key = single(request.headers["mcp-session-id"]);
    if (key === undefined)
      throw new GatewayError(
        400,
        ErrorCode.InvalidRequest,
        "the header Mcp-Session-Id is missing: begin with initialize",
      );
    const session = this.sessions.get(key, principal.name);
    if (session?.server !== server || !session) throw sessionNotFound();
    checkVersion(request, session);
    return session;
  }

  #initialize(
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
    body: RequestFrame,
    make: NewSession,
  ): void {
    checkInitialize(body);
    const forms = accepted(request);
    const session = make(caller.principal, (ended, reason) => this.sessions.removed(ended, reason));
    this.sessions.add(session);
    const early = { "mcp-session-id": session.key };
    const reply = new HttpReply(response, () => session.client.openStream(), {
      ...{ opening: true, early, forms },
      budget: this.context.budget,
      owner: caller.principal.name,
    });
    const exchange = this.#exchange(body, caller, reply, session.key);
    response.once("close", () => {
      if (!exchange.done) session.end("client-gone");
    });
    this.sessions.start(session, exchange);
  }

  /** Handles several messages in one body, which 2025-03-26 allowed. All answers come in one response. */
  #batch(request: IncomingMessage, response: ServerResponse, caller: Caller, batch: Frame[]): void {
    if (batch.length === 0 || !batch.every((frame) => frame.kind && ambiguousKey(frame) === undefined))
      throw new GatewayError(400, ErrorCode.InvalidRequest, "the batch is empty or holds something else than messages");
    const session = this.#session(request, caller);
    const requests = batch.filter((frame) => frame.isRequest());
    for (const frame of batch) if (!frame.isRequest()) session.say(frame);
    if (requests.length === 0) {
      sendEmpty(response, 202);
      return;
    }
    const reply = this.#reply(request, response, session, requests.length);
    for (const one of requests) this.sessions.request(session, this.#exchange(one, caller, reply, session.key));
  }

  #reply(request: IncomingMessage, response: ServerResponse, { client, principal }: Session, open = 1): HttpReply {
    const aside = (frame: Frame): void => client.send(frame);
    return new HttpReply(response, () => client.openStream(), {
      open,
      forms: accepted(request),
      aside,
      budget: this.context.budget,
      owner: principal.name,
    });
  }

  #exchange(request: RequestFrame, caller: Caller, reply: HttpReply, key: string): Exchange {
    return exchangeOf(request, caller, reply, this.context.recorder, key);
  }
}

/**
 * Checks the header MCP-Protocol-Version. A known version passes even when it is not the negotiated one.
 * @throws GatewayError 400
 */
function checkVersion({ headers }: IncomingMessage, session: Session): void {
  const version = single(headers["mcp-protocol-version"]);
  if (version === undefined || version === session.version || LEGACY_VERSIONS.includes(version)) return;
  const words = `MCP-Protocol-Version: got ${JSON.stringify(version)}, expected one of ${LEGACY_VERSIONS.join(", ")}`;
  throw new GatewayError(400, ErrorCode.InvalidRequest, words);
}
