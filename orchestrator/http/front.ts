import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { prefixOf } from "../../api/paths";
import { Scope } from "../../api/scopes";
import type { OrchestratorConfig } from "../../config/orchestrator-config";
import { auditDenial } from "../audit/denial";
import type { Audit } from "../audit/entry";
import type { Log } from "../log";
import type { Guard } from "../security/guard-api";
import { isRejection, type Principal, type Rejection } from "../security/principal";
import { pathOf } from "../security/resource-metadata";
import { allowOrigin, answerPreflight } from "./cors";
import { arrivalLimits, listen } from "./listening";
import { type Route, routeOf, withoutPrefix } from "./paths";
import { reject } from "./problem";
import { answerUnreadable } from "./unreadable";

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** Longer than the idle time of common proxies: else a proxy may send a request on a connection that we are closing. */
const KEEP_ALIVE_MS = 75_000;
/** Connections of clients without a session, beside two for each session: its stream and its calls. */
const SPARE_CONNECTIONS = 512;
const FAULT = { status: 500, title: "Internal Server Error", detail: "the orchestrator's log has the reason" };
const UNKNOWABLE = { status: 503, title: "Service Unavailable", detail: "the token cannot be checked now" };
/** Milliseconds that requests under way get when the front closes. */
const CLOSE_MS = 2_000;

/** A request listener, as Node's servers have it. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Who answers MCP, on the paths that are its own. */
export interface McpHandler {
  /**
   * Answers a request whose Host and Origin were checked and whose principal is known. Never throws.
   * @param route what its path stands for
   */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    principal: Principal,
    requestId: string,
    route: Route,
  ): void;
}

/** What the front puts together. */
export interface FrontParts {
  guard: Guard;
  gateway: McpHandler;
  audit: Audit;
  /** Hears of faults. */
  log: Pick<Log, "error">;
  limits: OrchestratorConfig["limits"];
  /** How clients reach the front. Its path, where it has one, is taken away from each target that has it. */
  publicUrl: string;
}

/**
 * The one HTTP server of port 18080. It gives every request an id and checks its Host and Origin. It authenticates what
 * belongs to the gateway and hands it over directly, as this runs for every MCP message. The rest is Fastify's.
 */
export class Front {
  readonly server: Server;
  #rest: Handler = (_request, response) => void response.writeHead(503).end();

  readonly #prefix: string;

  constructor(private readonly parts: FrontParts) {
    this.#prefix = prefixOf(parts.publicUrl);
    this.server = createServer(
      { ...arrivalLimits(parts.limits), keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true },
      (request, response) => this.#begin(request, response),
    );
    this.server.maxConnections = 2 * parts.limits.sessions + SPARE_CONNECTIONS;
    this.server.on("clientError", answerUnreadable);
  }

  /** Sets who answers what the gateway does not own. */
  set rest(handler: Handler) {
    this.#rest = handler;
  }

  /** @returns the port: `port`, or the one that 0 became */
  listen(port: number, host?: string): Promise<number> {
    return listen(this.server, port, host);
  }

  /** Takes no more connections, and ends those that are left after two seconds. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    const timer = setTimeout(() => this.server.closeAllConnections(), CLOSE_MS);
    await closed;
    clearTimeout(timer);
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    if (this.#prefix !== "") request.url = withoutPrefix(request.url ?? "", this.#prefix);
    const given = request.headers["x-request-id"];
    const id = typeof given === "string" && REQUEST_ID.test(given) ? given : randomUUID();
    response.setHeader("X-Request-Id", id);
    // One request must not end the process, and with it everybody's sessions.
    const failed = (error: unknown): void => {
      this.parts.log.error({ error, request: id }, "a request failed");
      if (response.headersSent) response.destroy();
      else reject(response, FAULT, id);
    };
    response.on("error", failed); // as of a write after the end
    try {
      this.#take(request, response, id)?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** A promise only where the guard has to wait. */
  #take(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> | undefined {
    const refused = this.parts.guard.admit(request) ?? this.#tooLarge(request);
    if (refused) {
      reject(response, refused, id);
      return undefined;
    }
    allowOrigin(request, response);
    if (answerPreflight(request, response)) return undefined;

    const route = routeOf(request.url ?? "");
    if (!route) {
      request.headers["x-request-id"] = id; // where Fastify reads it
      this.#rest(request, response);
      return undefined;
    }
    const who = this.parts.guard.authenticate(request, Scope.Mcp);
    const enter = (known: Principal | Rejection): void => this.#enter(request, response, id, route, known);
    if (who instanceof Promise) return who.catch(() => UNKNOWABLE).then(enter);
    enter(who);
    return undefined;
  }

  /** Refuses at once a body that declares itself too large. Who reads a body without a declared length measures it. */
  #tooLarge(request: IncomingMessage): Rejection | undefined {
    const length = request.headers["content-length"];
    const { bodyBytes } = this.parts.limits;
    if (length === undefined || Number(length) <= bodyBytes) return undefined;
    const detail = `got a body of ${length} bytes, expected at most ${bodyBytes}`;
    return { status: 413, title: "Content Too Large", detail, headers: { Connection: "close" } };
  }

  #enter(request: IncomingMessage, response: ServerResponse, id: string, route: Route, who: Principal | Rejection) {
    const path = pathOf(request.url);
    const refused = isRejection(who) ? who : this.parts.guard.permit(who, Scope.Mcp, path);
    if (!refused) {
      this.parts.gateway.handle(request, response, who as Principal, id, route);
      return;
    }
    const principal = isRejection(who) ? undefined : who.name;
    auditDenial(this.parts.audit, { request: id, method: `${request.method} ${path}`, principal }, refused.status);
    reject(response, refused, id);
  }
}
