import type { IncomingMessage, ServerResponse } from "node:http";
import type { Arrival } from "../../http/front";
import type { Route } from "../../http/paths";
import { mayUse } from "../../security/filters";
import type { Principal } from "../../security/principal";
import type { GatewayContext } from "../context";
import { asGatewayError, GatewayError } from "../gateway-api";
import { ambiguousKey } from "../wire/ambiguity";
import { Frame } from "../wire/frame";
import { ErrorCode } from "../wire/json-rpc";
import { isModern, MODERN_VERSION } from "../wire/modern";
import { type Caller, type NewSession, single } from "./caller";
import { readBody, sendError } from "./http-answers";
import { LegacyEndpoint } from "./legacy-endpoint";
import { ModernEndpoint, type ModernTarget } from "./modern-endpoint";
import type { Sessions } from "./sessions";
import { SseEndpoint } from "./sse-endpoint";

/** What each endpoint understands. */
const METHODS: Record<Route["endpoint"], string[]> = {
  mcp: ["GET", "POST", "DELETE"],
  sse: ["GET"],
  messages: ["POST"],
};

const JSON_TYPE = "application/json";

/** What stands behind a route: one server, or all of them when none is named. */
export interface Targets {
  /** Answers requests of the modern era. @throws GatewayError 404 */
  modern(server: string | undefined): ModernTarget;
  /** Makes sessions of the legacy era. @throws GatewayError 404 */
  session(server: string | undefined): NewSession;
}

/** Answers HTTP: reads a message, tells its era, and hands it to the endpoint of that era. */
export class McpEndpoints {
  readonly #legacy: LegacyEndpoint;
  readonly #modern: ModernEndpoint;
  readonly #sse: SseEndpoint;

  constructor(
    private readonly context: GatewayContext,
    sessions: Sessions,
    private readonly targets: Targets,
  ) {
    this.#legacy = new LegacyEndpoint(context, sessions);
    this.#modern = new ModernEndpoint(context);
    this.#sse = new SseEndpoint(context, sessions);
  }

  /** Answers a request. Never throws. */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    principal: Principal,
    arrival: Arrival,
    route: Route,
  ): void {
    if (response.destroyed) return; // the client left while its token was checked
    this.#handle(request, response, principal, arrival, route).catch((error: Error) => {
      if (!(error instanceof GatewayError)) this.context.warn("a request failed", error);
      if (response.headersSent && !response.writableEnded) response.destroy();
      else sendError(response, asGatewayError(error), "null");
    });
  }

  async #handle(
    request: IncomingMessage,
    response: ServerResponse,
    principal: Principal,
    arrival: Arrival,
    route: Route,
  ): Promise<void> {
    if (route.server !== undefined && !mayUse(principal, route.server)) {
      throw new GatewayError(403, ErrorCode.Denied, `the token does not allow the server ${route.server}`);
    }
    const traceparent = single(request.headers.traceparent);
    const caller: Caller = { principal, arrival, server: route.server, arrived: performance.now(), traceparent };
    const methods = METHODS[route.endpoint];
    if (!methods.includes(request.method ?? "")) {
      response.setHeader("allow", methods.join(", "));
      throw new GatewayError(405, ErrorCode.InvalidRequest, `got ${request.method}, expected ${methods.join(" or ")}`);
    }
    if (request.method === "POST") await this.#post(request, response, caller, route);
    else if (request.method === "DELETE") this.#legacy.delete(request, response, caller);
    else if (route.endpoint === "sse") this.#sse.get(response, caller, this.targets.session(route.server));
    else this.#legacy.get(request, response, caller);
  }

  async #post(request: IncomingMessage, response: ServerResponse, caller: Caller, route: Route): Promise<void> {
    const type = request.headers["content-type"] ?? "";
    if (type !== JSON_TYPE && !/^application\/json\b/i.test(type)) {
      throw new GatewayError(415, ErrorCode.InvalidRequest, "Content-Type: expected application/json");
    }
    const { config, budget } = this.context;
    const body = frameOf(await readBody({ request, response }, config.limits.bodyBytes, budget, caller.principal.name));
    const unclear = ambiguousKey(body);
    try {
      if (unclear !== undefined) throw new GatewayError(400, ErrorCode.InvalidRequest, ambiguous(unclear));
      this.#dispatch(request, response, caller, route, body);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const noId = (): string | undefined => (isModernCall(request, body) ? undefined : "null");
      sendError(response, error, body.id === undefined ? noId() : body.idText);
    }
  }

  #dispatch(
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
    { endpoint, server }: Route,
    body: Frame,
  ): void {
    if (endpoint === "messages") this.#sse.post(request, response, caller, body);
    else if (isModernCall(request, body)) {
      this.#modern.post(request, response, caller, body, this.targets.modern(server));
    } else this.#legacy.post(request, response, caller, body, this.targets.session(server));
  }
}

/** Whether a message is of the modern era. An `initialize` that does not say so negotiates, whatever its header says. */
function isModernCall({ headers }: IncomingMessage, body: Frame): boolean {
  if (body.isBatch) return false;
  return isModern(body) || (headers["mcp-protocol-version"] === MODERN_VERSION && body.method !== "initialize");
}

const ambiguous = (key: string): string =>
  `the key ${JSON.stringify(key)} is there twice or in other case: others could read this message otherwise`;

function frameOf(body: Buffer): Frame {
  try {
    return Frame.read(body).onOneLine();
  } catch (error) {
    throw new GatewayError(400, ErrorCode.ParseError, `the body is no JSON: ${(error as Error).message}`);
  }
}
