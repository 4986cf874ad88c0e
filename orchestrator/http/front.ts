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
import { limitConnections } from "./connections";
import { allowOrigin, answerPreflight } from "./cors";
import { arrivalLimits, listen } from "./listening";
import { type Route, routeOf, withoutPrefix } from "./paths";
import { reject } from "./problem";
import { answerUnreadable } from "./unreadable";

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** Connections for clients without a session, on top of two for each session (its stream and its calls). */
const SPARE_CONNECTIONS = 512;
const FAULT = { status: 500, title: "Internal Server Error", detail: "the orchestrator's log has the reason" };
const UNKNOWABLE = { status: 503, title: "Service Unavailable", detail: "the token cannot be checked now" };
/** Milliseconds that open requests get to finish when the front closes. */
const CLOSE_MS = 2_000;

/** A request listener, as Node's servers have it. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** What the logs know of a request before anybody reads it. */
export interface Arrival {
  /** The request's id, which its answer carries. */
  id: string;
  /** The client's address. */
  client: string;
}

/** Answers requests on the MCP paths. */
export interface McpHandler {
  /**
   * Answers a request whose Host and Origin were checked and whose principal is known. Never throws.
   * @param route the endpoint and server that the path names
   */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    principal: Principal,
    arrival: Arrival,
    route: Route,
  ): void;
}

/** The parts and settings of the front. */
export interface FrontParts {
  guard: Guard;
  gateway: McpHandler;
  audit: Audit;
  /** Hears of faults. */
  log: Pick<Log, "error">;
  limits: OrchestratorConfig["limits"];
  /** The URL under which clients reach the front. If it has a path, that prefix is removed from request targets. */
  publicUrl: string;
}

/**
 * The HTTP server of port 18080. It gives every request an id, and checks Host and Origin. It authenticates MCP
 * requests and passes them to the gateway directly, which is fast. All other requests go to Fastify.
 */
export class Front {
  readonly server: Server;
  #rest: Handler = (_request, response) => void response.writeHead(503).end();

  readonly #prefix: string;
  readonly #arrived: Handler;

  constructor(private readonly parts: FrontParts) {
    this.#prefix = prefixOf(parts.publicUrl);
    this.server = createServer({ ...arrivalLimits(parts.limits), noDelay: true }, (request, response) =>
      this.#begin(request, response),
    );
    this.#arrived = limitConnections(this.server, 2 * parts.limits.sessions + SPARE_CONNECTIONS);
    this.server.on("clientError", answerUnreadable);
  }

  /** The listener for all requests that are not the gateway's. */
  get rest(): Handler {
    return this.#rest;
  }

  set rest(handler: Handler) {
    this.#rest = handler;
  }

  /** Starts to listen. @returns the port: `port`, or the one that the kernel chose for 0 */
  listen(port: number, host?: string): Promise<number> {
    return listen(this.server, port, host);
  }

  /** Refuses new connections, and ends those that are still open after two seconds. */
  async close(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    const timer = setTimeout(() => this.server.closeAllConnections(), CLOSE_MS);
    await closed;
    clearTimeout(timer);
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    this.#arrived(request, response);
    if (this.#prefix !== "") request.url = withoutPrefix(request.url ?? "", this.#prefix);
    const given = request.headers["x-request-id"];
    const id = typeof given === "string" && REQUEST_ID.test(given) ? given : randomUUID();
    response.setHeader("X-Request-Id", id);
    // An error in one request must not end the process, and with it all sessions.
    const failed = (error: unknown): void => {
      this.parts.log.error({ error, request: id }, "a request failed");
      if (response.headersSent) response.destroy();
      else reject(response, FAULT, id);
    };
    response.on("error", failed); // such as a write after the end
    try {
      this.#take(request, response, id)?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** Handles a request. Returns a promise only when the guard has to wait for the OAuth issuer. */
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
      request.headers["x-request-id"] = id; // Fastify takes the request's id from here
      this.#rest(request, response);
      return undefined;
    }
    const who = this.parts.guard.authenticate(request, Scope.Mcp);
    const arrival = { id, client: this.parts.guard.client(request) };
    const enter = (known: Principal | Rejection): void => this.#enter(request, response, arrival, route, known);
    if (who instanceof Promise) return who.catch(() => UNKNOWABLE).then(enter);
    enter(who);
    return undefined;
  }

  /** Refuses a body whose Content-Length is too large. Without that header, the reader of the body checks the size. */
  #tooLarge(request: IncomingMessage): Rejection | undefined {
    const length = request.headers["content-length"];
    const { bodyBytes } = this.parts.limits;
    if (length === undefined || Number(length) <= bodyBytes) return undefined;
    const detail = `got a body of ${length} bytes, expected at most ${bodyBytes}`;
    return { status: 413, title: "Content Too Large", detail, headers: { Connection: "close" } };
  }

  #enter(
    request: IncomingMessage,
    response: ServerResponse,
    arrival: Arrival,
    route: Route,
    who: Principal | Rejection,
  ): void {
    const path = pathOf(request.url);
    const refused = isRejection(who) ? who : this.parts.guard.permit(who, Scope.Mcp, path);
    if (!refused) {
      // Nobody reads another body. Unread, it would keep the client's end of the connection from being seen.
      if (request.method !== "POST") request.resume();
      this.parts.gateway.handle(request, response, who as Principal, arrival, route);
      return;
    }
    const principal = isRejection(who) ? undefined : who.name;
    const { id, client } = arrival;
    const denied = { request: id, client, method: `${request.method} ${path}`, principal };
    auditDenial(this.parts.audit, denied, refused.status);
    reject(response, refused, id);
  }
}
