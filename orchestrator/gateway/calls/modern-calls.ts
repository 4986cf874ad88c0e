import type { Backend } from "../upstream/backend";
import type { Cancel } from "../upstream/connection";
import type { ConnectionPool } from "../upstream/connection-pool";
import type { PooledConnection } from "../upstream/pooled-connection";
import { Frame } from "../wire/frame";
import { ErrorCode, type JsonObject, objectOf } from "../wire/json-rpc";
import { CACHEABLE, DISCOVER, Meta, MODERN_VERSION, REMOVED } from "../wire/modern";
import type { Admission } from "./admission";
import type { Exchange } from "./exchange";
import { SuspendableCall } from "./questions";

/** How long lists of a server of the other era may be kept: not at all, as it cannot be asked. */
const NO_CACHE = { ttlMs: 0, cacheScope: "private" };

/** Calls of the modern era to one server, whatever era the server is of. */
export class ModernCalls {
  readonly #suspended = new Map<string, SuspendableCall>();

  constructor(
    private readonly backend: Backend,
    private readonly pool: ConnectionPool,
    private readonly admission: Admission,
  ) {}

  /**
   * Makes a call; its answer, and all failures, go to the exchange.
   * @param headers for a server behind HTTP
   */
  call(exchange: Exchange, headers: Record<string, string> = {}): void {
    const { method } = exchange.call;
    if (!this.admission.admit(exchange)) return;
    if (REMOVED.includes(method)) exchange.fail(ErrorCode.MethodNotFound, `${MODERN_VERSION} has no method ${method}`);
    else if (!this.#resume(exchange)) void this.#start(exchange, headers);
  }

  /** A call that waits for the client's answers to its server's questions. @returns false when there is none such */
  #resume(exchange: Exchange): boolean {
    const requestState = exchange.request.at("params", "requestState");
    const call = typeof requestState === "string" ? this.#suspended.get(requestState) : undefined;
    if (!call || call.principal !== exchange.principal.name) return false;
    if (!call.resume(exchange, exchange.request.at("params", "inputResponses"))) {
      exchange.fail(ErrorCode.InvalidParams, "inputResponses: an answer to one of the inputRequests is missing");
      return true;
    }
    this.#suspended.delete(requestState as string);
    if (!exchange.done) this.#watch(exchange, call.cancel); // else the server had asked more already
    return true;
  }

  async #start(exchange: Exchange, headers: Record<string, string>): Promise<void> {
    const { meta } = exchange.request;
    const capabilities = objectOf(meta[Meta.Capabilities]);
    const asks = ["sampling", "elicitation", "roots"].some((name) => capabilities[name] !== undefined);
    const exclusive = meta[Meta.LogLevel] !== undefined || (asks && this.backend.eras.modern !== true);
    let connection: PooledConnection;
    try {
      connection = await this.pool.acquire({ principal: exchange.principal.name, capabilities, exclusive });
    } catch (error) {
      return exchange.reject(error);
    }
    if (exchange.done) return connection.release(); // the client left
    const again = (): void => void this.#start(exchange, headers);
    if (connection.era === "modern") this.#modern(exchange, connection, headers);
    else this.#legacy(exchange, connection, capabilities, again);
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
   * Asks a server that has sessions, and gives its answers the form of the modern era.
   * @param again makes the call on a new connection
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
      connection.say(Frame.request("dind-mcp:level", "logging/setLevel", { level }));
    }
    const call = new SuspendableCall(exchange.principal.name, connection, exchange, capabilities, this.#suspended);
    call.cancel = connection.use({
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
        waiting.answer(named.insert(["result"], completed(waiting.request.method)));
      },
      failed: ({ reason, untouched }) => {
        // A session that the server lost never took the call: it goes to a new one, once.
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
