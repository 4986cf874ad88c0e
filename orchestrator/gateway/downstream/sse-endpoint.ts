import type { IncomingMessage, ServerResponse } from "node:http";
import { prefixOf } from "../../../api/paths";
import type { Exchange, Reply } from "../calls/exchange";
import type { GatewayContext } from "../context";
import { GatewayError } from "../gateway-api";
import type { Frame, RequestFrame } from "../wire/frame";
import { ErrorCode } from "../wire/json-rpc";
import { type Caller, checkInitialize, exchangeOf, type NewSession, sessionNotFound } from "./caller";
import { sendEmpty } from "./http-answers";
import type { Session } from "./session";
import type { Sessions } from "./sessions";

/** A session of an HTTP+SSE client. */
interface Open {
  session: Session;
  /** True once the client has sent `initialize`. */
  started: boolean;
}

/**
 * Serves HTTP+SSE, revision 2024-11-05. GET opens a stream and names the URL to POST to; all answers come on the
 * stream.
 */
export class SseEndpoint {
  readonly #open = new Map<string, Open>();

  constructor(
    private readonly context: GatewayContext,
    private readonly sessions: Sessions,
  ) {}

  /** Handles GET. @throws GatewayError 429, 503 when there is no room for a session */
  get(response: ServerResponse, { principal, server }: Caller, make: NewSession): void {
    const session = make(principal, (ended, reason) => {
      this.#open.delete(ended.key);
      this.sessions.removed(ended, reason);
    });
    this.sessions.add(session);
    this.#open.set(session.key, { session, started: false });
    const prefix = prefixOf(this.context.config.publicUrl);
    const folder = server === undefined ? prefix : `${prefix}/servers/${server}`;
    const where = `event: endpoint\ndata: ${folder}/messages?sessionId=${session.key}\n\n`;
    session.client.listen(response, {}, undefined, where);
    const { requestSeconds } = this.context.config.limits;
    const timer = setTimeout(() => {
      if (this.#open.get(session.key)?.started === false) session.end("idle"); // it would hold a place for ever
    }, requestSeconds * 1_000);
    response.once("close", () => {
      clearTimeout(timer);
      session.end("client-gone"); // HTTP+SSE cannot resume a stream
    });
  }

  /** Handles a POST of one message. @throws GatewayError */
  post(request: IncomingMessage, response: ServerResponse, caller: Caller, body: Frame): void {
    const key = new URLSearchParams(request.url?.split("?")[1]).get("sessionId");
    const open = this.#open.get(key ?? "");
    const mine = open?.session.principal.name === caller.principal.name && open.session.server === caller.server;
    if (!open || !mine) {
      throw sessionNotFound("open a stream with GET first");
    }
    if (!body.kind) {
      open.session.answer(body);
      throw new GatewayError(400, ErrorCode.InvalidRequest, "the body is no JSON-RPC message");
    }
    if (!body.isRequest()) open.session.say(body);
    else this.#request(open, body, caller);
    sendEmpty(response, 202);
  }

  /** Handles a request. Errors go to the stream, too: an HTTP error would make clients end their session. */
  #request(open: Open, body: RequestFrame, caller: Caller): void {
    const { session } = open;
    if (body.method === "initialize" && !open.started) {
      checkInitialize(body);
      open.started = true;
      this.sessions.start(session, this.#exchange(open, body, caller));
      return;
    }
    const exchange = this.#exchange(open, body, caller);
    if (open.started) this.sessions.request(session, exchange);
    else if (body.method === "ping") exchange.result("{}");
    else {
      // A client that speaks both eras sends server/discover first. MethodNotFound makes it go on with initialize.
      const words = `the session was never initialised: begin with initialize, not with ${body.method}`;
      exchange.fail(ErrorCode.MethodNotFound, words);
    }
  }

  #exchange({ session }: Open, body: RequestFrame, caller: Caller): Exchange {
    const { client } = session;
    const reply: Reply = {
      headers: {},
      streaming: true,
      notify: (frame) => client.send(frame),
      answer: (frame) => client.send(frame),
      failing: () => {},
      leave: () => {},
    };
    return exchangeOf(body, caller, reply, this.context.recorder, session.key);
  }
}
