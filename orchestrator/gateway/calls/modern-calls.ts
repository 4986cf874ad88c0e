import type { Backend } from "../upstream/backend";
import type { Cancel } from "../upstream/connection";
import type { ConnectionPool } from "../upstream/connection-pool";
import type { PooledConnection } from "../upstream/pooled-connection";
import { ErrorCode, type JsonObject, objectOf } from "../wire/json-rpc";
import { CACHEABLE, DISCOVER, Meta, MODERN_VERSION, REMOVED } from "../wire/modern";
import type { Admission } from "./admission";
import type { Exchange } from "./exchange";
import { SuspendableCall } from "./questions";

/** Cache hints for results of a legacy server: do not keep them, as the legacy era has no hints to pass on. */
const NO_CACHE = { ttlMs: 0, cacheScope: "private" };

/** Handles requests of modern clients (2026-07-28) to one server, of either era. */
export class ModernCalls {
  readonly #suspended = new Map<string, SuspendableCall>();

  constructor(
    private readonly backend: Backend,
    private readonly pool: ConnectionPool,
    private readonly admission: Admission,
  ) {}

  /**
   * Sends a request to the server. The answer, and every failure, goes to the exchange.
   * @param headers HTTP headers for the server, when its transport is HTTP
   */
  call(exchange: Exchange, headers: Record<string, string> = {}): void {
    const { method } = exchange.call;
    if (!this.admission.admit(exchange)) return;
    if (REMOVED.includes(method)) exchange.fail(ErrorCode.MethodNotFound, `${MODERN_VERSION} has no method ${method}`);
    else if (!this.#resume(exchange)) this.#begin(exchange, headers);
  }

  /**
   * Resumes a suspended call with the client's answers.
   * @returns false when the request belongs to no suspended call
   */
  #resume(exchange: Exchange): boolean {
    const requestState = exchange.request.at("params", "requestState");
    const call = typeof requestState === "string" ? this.#suspended.get(requestState) : undefined;
    if (!call || call.principal !== exchange.principal.name) return false;
    if (!call.resume(exchange, exchange.request.exact("params", "inputResponses"))) {
      exchange.fail(ErrorCode.InvalidParams, "inputResponses: an answer to one of the inputRequests is missing");
      return true;
    }
    this.#suspended.delete(requestState as string);
    // The exchange is done already when the server's answer, or its next question, was waiting for the client.
    if (!exchange.done) this.#watch(exchange, call.cancel);
    return true;
  }

  #begin(exchange: Exchange, headers: Record<string, string>): void {
    this.#start(exchange, headers).catch((error) => exchange.reject(error));
  }

  async #start(exchange: Exchange, headers: Record<string, string>): Promise<void> {
    const { meta } = exchange.request;
    const capabilities = objectOf(meta[Meta.Capabilities]);
    const asks = ["sampling", "elicitation", "roots"].some((name) => capabilities[name] !== undefined);
    const exclusive = meta[Meta.LogLevel] !== undefined || (asks && this.backend.eras.modern !== true);
    const connection = await this.pool.acquire({ principal: exchange.principal.name, capabilities, exclusive });
    if (exchange.done) return connection.release(); // the client left
    if (connection.era === "modern") this.#modern(exchange, connection, headers);
    else this.#legacy(exchange, connection, capabilities, () => this.#begin(exchange, headers));
  }

  #modern(exchange: Exchange, connection: PooledConnection, headers: Record<string, string>): void {
    const cancel = connection.use({
      request: exchange.request,
      headers,
      notified: (frame) => {
        exchange.extend();
        exchange.notify(frame);
      },
      answered: (frame) => exchange.answer(frame),
      failed: ({ reason }) => exchange.reject(this.admission.died(reason)),
    });
    this.#watch(exchange, cancel);
  }

  /**
   * Sends a request to a legacy server, and gives the answer the form of the modern era.
   * @param again repeats the call on a new connection
   */
  #legacy(exchange: Exchange, connection: PooledConnection, capabilities: JsonObject, again: () => void): void {
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
      connection.tell("logging/setLevel", { level });
    }
    const call = new SuspendableCall(exchange.principal.name, connection, exchange, capabilities, this.#suspended);
    call.cancel = connection.use({
      request: exchange.request,
      notified: (frame) => {
        call.exchange?.extend();
        // 2026-07-28 sends log messages only to a client that asked for them in this request.
        if (level !== undefined || frame.method !== "notifications/message") call.exchange?.notify(frame);
      },
      asked: (question) => call.asked(question),
      answered: (frame) => call.answered(frame.insert(["result"], completed(exchange.request.method))),
      failed: ({ reason, untouched }) => {
        // The server had lost the session and never took the call, so the call goes to a new session, once.
        if (!untouched || exchange.retried || call.exchange !== exchange) return call.lost(this.admission.died(reason));
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

  #watch(exchange: Exchange, cancel: Cancel): void {
    if (exchange.done) {
      cancel("the client left");
      return;
    }
    exchange.withdraw = cancel;
    exchange.startTimer(this.admission.timeout);
  }
}

function completed(method: string): JsonObject {
  return { resultType: "complete", ...(CACHEABLE.includes(method) ? NO_CACHE : {}) };
}
