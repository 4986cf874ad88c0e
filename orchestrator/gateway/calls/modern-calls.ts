import type { Principal } from "../../security/principal";
import type { GatewayContext } from "../context";
import { type Backend, callTimeout } from "../upstream/backend";
import type { ConnectionPool } from "../upstream/connection-pool";
import type { PooledConnection } from "../upstream/pooled-connection";
import { Frame, type ResponseFrame } from "../wire/frame";
import { ErrorCode, type JsonObject, objectOf } from "../wire/json-rpc";
import { CACHEABLE, DISCOVER, Meta, MODERN_VERSION, REMOVED } from "../wire/modern";
import { type Exchange, NAMELESS } from "./exchange";
import { SuspendableCall } from "./questions";

/** How long lists of a server of the other era may be kept: not at all, as it cannot be asked. */
const NO_CACHE = { ttlMs: 0, cacheScope: "private" };

/** Calls of the modern era to one server, whatever era the server is of. */
export class ModernCalls {
  readonly #suspended = new Map<string, SuspendableCall>();

  constructor(
    private readonly backend: Backend,
    private readonly pool: ConnectionPool,
    private readonly context: GatewayContext,
  ) {}

  /**
   * Makes a call; its answer, and all failures, go to the exchange.
   * @param headers for a server behind HTTP
   * @returns what ends it when the client leaves
   */
  call(exchange: Exchange, principal: Principal, headers: Record<string, string> = {}): (reason: string) => void {
    const { tool, method } = exchange.call;
    const refusal = tool && this.context.rules.refusal(this.backend.name, tool, principal);
    if (method === "tools/call" && tool === undefined) exchange.fail(...NAMELESS);
    else if (refusal) exchange.fail(ErrorCode.Denied, refusal);
    else if (REMOVED.includes(method))
      exchange.fail(ErrorCode.MethodNotFound, `${MODERN_VERSION} has no method ${method}`);
    else if (this.#resume(exchange, principal)) return (reason) => this.#leave(exchange, reason);
    else void this.#start(exchange, principal, headers);
    return (reason) => this.#leave(exchange, reason);
  }

  readonly #cancels = new WeakMap<Exchange, (reason: string) => void>();

  #leave(exchange: Exchange, reason: string): void {
    if (exchange.done) return;
    this.#cancels.get(exchange)?.(reason);
    exchange.abandon();
  }

  /** A call that waits for the client's answers to its server's questions. @returns false when there is none such */
  #resume(exchange: Exchange, principal: Principal): boolean {
    const requestState = exchange.request.at("params", "requestState");
    const call = typeof requestState === "string" ? this.#suspended.get(requestState) : undefined;
    if (!call || call.principal !== principal.name) return false;
    if (!call.resume(exchange, exchange.request.at("params", "inputResponses"))) {
      exchange.fail(ErrorCode.InvalidParams, "inputResponses: an answer to one of the inputRequests is missing");
      return true;
    }
    this.#suspended.delete(requestState as string);
    if (!exchange.done) this.#watch(exchange, call.cancel); // else the server had asked more already
    return true;
  }

  async #start(exchange: Exchange, principal: Principal, headers: Record<string, string>): Promise<void> {
    const { meta } = exchange.request;
    const capabilities = objectOf(meta[Meta.Capabilities]);
    const asks = ["sampling", "elicitation", "roots"].some((name) => capabilities[name] !== undefined);
    const exclusive = meta[Meta.LogLevel] !== undefined || (asks && this.backend.eras.modern !== true);
    let connection: PooledConnection;
    try {
      connection = await this.pool.acquire({ principal: principal.name, capabilities, exclusive });
    } catch (error) {
      return exchange.reject(error);
    }
    if (exchange.done) return connection.release(); // the client left
    const again = (): void => void this.#start(exchange, principal, headers);
    if (connection.era === "modern") this.#modern(exchange, principal, connection, headers);
    else this.#legacy(exchange, principal, connection, capabilities, again);
  }

  #modern(
    exchange: Exchange,
    principal: Principal,
    connection: PooledConnection,
    headers: Record<string, string>,
  ): void {
    const cancel = connection.send({
      request: exchange.request,
      headers,
      notified: (frame) => {
        exchange.extend();
        exchange.notify(frame);
      },
      answered: (frame) => exchange.answer(this.#filtered(exchange, principal, frame)),
      failed: ({ reason }) => exchange.fail(ErrorCode.ServerUnavailable, this.#died(reason)),
    });
    this.#watch(exchange, cancel);
  }

  /**
   * Asks a server that has sessions, and gives its answers the form of the modern era.
   * @param again makes the call on a new connection
   */
  #legacy(
    exchange: Exchange,
    principal: Principal,
    connection: PooledConnection,
    capabilities: JsonObject,
    again: () => void,
  ): void {
    if (exchange.request.method === DISCOVER) {
      connection.release();
      this.#discovered(exchange, connection.initialized);
      return;
    }
    if (exchange.request.at("params", "requestState") !== undefined) {
      connection.release();
      exchange.fail(ErrorCode.InvalidParams, "requestState: no call waits with it; begin again without it");
      return;
    }
    const level = exchange.request.meta[Meta.LogLevel];
    if (level !== undefined) {
      connection.say(Frame.request("dind-mcp:level", "logging/setLevel", { level }));
    }
    const call = new SuspendableCall(principal.name, connection, exchange, capabilities, this.#suspended);
    call.cancel = connection.send({
      request: exchange.request,
      notified: (frame) => {
        call.exchange?.extend();
        // In the modern era log messages are for those who asked for them in this very request.
        if (level !== undefined || frame.method !== "notifications/message") call.exchange?.notify(frame);
      },
      asked: (question) => call.asked(question),
      answered: (frame) => {
        const { exchange: waiting } = call;
        if (!waiting) return; // the client did not come back
        // The client's next request, after a question, has another id than the first, which the server answers.
        const named = waiting === exchange ? frame : frame.withId(waiting.request.idText);
        const formed = named.insert(["result"], completed(waiting.request.method));
        waiting.answer(this.#filtered(waiting, principal, formed));
      },
      failed: ({ reason }, isUntouched) => {
        // A session that the server lost never took the call: it goes to a new one, once.
        if (!isUntouched || exchange.retried || call.exchange !== exchange) return call.lost(this.#died(reason));
        exchange.retried = true;
        again();
      },
    });
    this.#watch(exchange, call.cancel);
  }

  #discovered(exchange: Exchange, { capabilities, instructions, serverInfo }: JsonObject): void {
    const result = {
      ...completed(DISCOVER),
      supportedVersions: [MODERN_VERSION],
      capabilities,
      ...(instructions === undefined ? {} : { instructions }),
      _meta: { [Meta.ServerInfo]: serverInfo },
    };
    exchange.result(JSON.stringify(result));
  }

  #watch(exchange: Exchange, cancel: (reason: string) => void): void {
    if (exchange.done) {
      cancel("the client left");
      return;
    }
    this.#cancels.set(exchange, cancel);
    exchange.startTimer(callTimeout(this.backend.info()), () => {
      cancel(`no answer within ${exchange.timeout} ms`);
      exchange.timedOut();
    });
  }

  #filtered({ request }: Exchange, principal: Principal, answer: ResponseFrame): ResponseFrame {
    if (request.method !== "tools/list") return answer;
    return this.context.rules.filter(this.backend.name, principal, request, answer);
  }

  #died(reason: string): string {
    return `server ${this.backend.name} failed during the call: ${reason}`;
  }
}

function completed(method: string): JsonObject {
  return { resultType: "complete", ...(CACHEABLE.includes(method) ? NO_CACHE : {}) };
}
