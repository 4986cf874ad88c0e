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

/** A session of an old client, which has one stream for all that the server says. */
interface Open {
  session: Session;
  /** Since its `initialize`. */
  started: boolean;
  /** While `initialize` is without an answer. */
  starting?: Promise<void>;
}

/** HTTP+SSE of 2024-11-05: GET opens the one stream and says where to POST to; all answers come on the stream. */
export class SseEndpoint {
  readonly #open = new Map<string, Open>();

  constructor(
    private readonly context: GatewayContext,
    private readonly sessions: Sessions,
  ) {}

  /** GET. @throws GatewayError 503 when there is no room */
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
      if (this.#open.get(session.key)?.started === false) session.end("idle"); // it only holds a place
    }, requestSeconds * 1_000);
    response.once("close", () => {
      clearTimeout(timer);
      session.end("client-gone"); // without its stream such a session is nothing
    });
  }

  /** POST of one message. @throws GatewayError */
  post(request: IncomingMessage, response: ServerResponse, caller: Caller, body: Frame): void {
    const key = new URLSearchParams(request.url?.split("?")[1]).get("sessionId");
    const open = this.#open.get(key ?? "");
    const mine = open?.session.principal.name === caller.principal.name && open.session.server === caller.server;
    if (!open || !mine) {
      throw sessionNotFound("open a stream with GET first");
    }
    if (!body.kind) throw new GatewayError(400, ErrorCode.InvalidRequest, "the body is no JSON-RPC message");
    if (!body.isRequest()) open.session.say(body);
    else this.#request(open, body, caller);
    sendEmpty(response, 202);
  }

  /** Answers come on the stream, so that what is refused does not end the client's session. */
  #request(open: Open, body: RequestFrame, caller: Caller): void {
    const { session } = open;
    if (body.method === "initialize" && !open.started) {
      checkInitialize(body);
      open.started = true;
      const began = performance.now();
      open.starting = session.start(this.#exchange(open, body, caller)).then((warm) => {
        open.starting = undefined;
        if (warm !== undefined) this.sessions.opened(session, warm, (performance.now() - began) / 1_000);
      });
      return;
    }
    const exchange = this.#exchange(open, body, caller);
    if (open.started && !open.starting) session.request(exchange);
    else if (body.method === "ping") exchange.result("{}");
    else if (open.starting) void open.starting.then(() => session.request(exchange));
    else {
      // Clients of both eras ask server/discover first, and go on with initialize.
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
