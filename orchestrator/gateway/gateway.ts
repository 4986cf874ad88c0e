import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { type OrchestratorConfig, PATHS } from "../../config/orchestrator-config";
import type { Audit } from "../audit/entry";
import type { Events } from "../events";
import type { Route } from "../http/paths";
import { mayUse } from "../security/filters";
import type { Principal } from "../security/principal";
import type { ServerInfo, Servers } from "../servers/server-info";
import type { CallTracer } from "../tracing";
import { AggregateCalls } from "./aggregate/aggregate-calls";
import { AggregateSession } from "./aggregate/aggregate-session";
import { reported } from "./aggregate/list-items";
import { MergedLists } from "./aggregate/merged-lists";
import { Recorder } from "./calls/recorder";
import type { GatewayContext } from "./context";
import { type Caller, type NewSession, single } from "./downstream/caller";
import { readBody, sendError } from "./downstream/http-answers";
import { LegacyEndpoint } from "./downstream/legacy-endpoint";
import { ModernEndpoint } from "./downstream/modern-endpoint";
import { PassThroughSession } from "./downstream/pass-through-session";
import type { Session } from "./downstream/session";
import { Sessions } from "./downstream/sessions";
import { SseEndpoint } from "./downstream/sse-endpoint";
import {
  asGatewayError,
  type Gateway,
  GatewayError,
  type ServerUsage,
  type SessionInfo,
  type ToolReport,
} from "./gateway-api";
import type { CallObserver } from "./observer";
import { ServerGateway } from "./server-gateway";
import { ToolApprovals } from "./tools/tool-approvals";
import { ToolRules } from "./tools/tool-rules";
import { ambiguousKey } from "./wire/ambiguity";
import { ByteBudget } from "./wire/byte-budget";
import { Frame } from "./wire/frame";
import { ErrorCode } from "./wire/json-rpc";
import { CHANGES } from "./wire/lists";
import { isModern, MODERN_VERSION } from "./wire/modern";

/** What each endpoint understands. */
const METHODS: Record<Route["endpoint"], string[]> = {
  mcp: ["GET", "POST", "DELETE"],
  sse: ["GET"],
  messages: ["POST"],
};

/** What the gateway is made of. */
export interface GatewayDeps {
  config: OrchestratorConfig;
  servers: Servers;
  audit: Audit;
  observer: CallObserver;
  events: Events;
  /** @default no traces */
  tracer?: CallTracer;
  /** @default the orchestrator's volume */
  approvalsFile?: string;
  /** Milliseconds after which a client that listened and is silent has left. @default 120 s */
  desertedMs?: number;
  /** Milliseconds that a merged list waits for a server of which nothing is known. @default 10 s */
  patienceMs?: number;
  /** Told of what fails without anybody waiting for it. */
  warn: (message: string, error: Error) => void;
}

/** The MCP gateway: every server on a URL of its own, and all of them behind one. */
export class McpGateway implements Gateway {
  readonly #context: GatewayContext;
  readonly #sessions: Sessions;
  readonly #legacy: LegacyEndpoint;
  readonly #modern: ModernEndpoint;
  readonly #sse: SseEndpoint;
  readonly #merged: MergedLists;
  readonly #aggregate: AggregateCalls;
  readonly #servers = new Map<string, ServerGateway>();
  readonly #unsubscribe: () => void;

  constructor(private readonly deps: GatewayDeps) {
    const { config, servers, audit, observer, events } = deps;
    const file = deps.approvalsFile ?? join(PATHS.state, "approved-tools.json");
    const approvals = new ToolApprovals(file, (error) => deps.warn("approved tools cannot be stored", error));
    const rules = new ToolRules(servers, approvals, config.toolChanges, events, (name) => this.#look(name));
    const recorder = new Recorder(audit, observer, deps.tracer);
    const budget = new ByteBudget(config.limits.bufferedBytes);
    this.#context = { budget, config, servers, rules, recorder, observer, events, warn: deps.warn };
    this.#sessions = new Sessions(this.#context, servers, deps.desertedMs);
    this.#legacy = new LegacyEndpoint(this.#context, this.#sessions);
    this.#sse = new SseEndpoint(this.#context, this.#sessions);
    this.#modern = new ModernEndpoint(this.#context);
    this.#merged = new MergedLists(this.#context, (name) => this.#server(name), deps.patienceMs);
    this.#aggregate = new AggregateCalls(this.#merged, this.#context);
    this.#unsubscribe = servers.onChange((name, current, previous) => {
      if (!current) this.#removed(name, previous?.managedBy);
      else if (current.generation !== previous?.generation) this.#server(name).renewed();
    });
    for (const { name } of servers.list()) this.#server(name).backend.refill();
  }

  handle(
    request: IncomingMessage,
    response: ServerResponse,
    principal: Principal,
    requestId: string,
    route: Route,
  ): void {
    this.#handle(request, response, principal, requestId, route).catch((error: Error) => {
      if (!(error instanceof GatewayError)) this.deps.warn("a request failed", error);
      sendError(response, asGatewayError(error), "null");
    });
  }

  sessions(): SessionInfo[] {
    return this.#sessions.list().map((session) => session.info());
  }

  endSession(id: string): boolean {
    const session = this.#sessions.list().find((one) => one.info().id === id);
    session?.end("admin");
    return session !== undefined;
  }

  usage(server: string): ServerUsage {
    const { backend, pool } = this.#server(server);
    const asked = ({ client }: Session): number =>
      [...client.pending.values()].filter(({ call }) => call.server === server).length;
    return {
      sessions: this.#sessions.of(server).length,
      connections: backend.connections,
      idle: backend.warm + pool.idle,
      inFlight: this.#sessions.list().reduce((sum, session) => sum + asked(session), pool.load),
      cap: backend.cap(),
    };
  }

  async tools(server: string): Promise<ToolReport[]> {
    return reported(server, this.#context.rules.review(server, await this.#known(server).tools()));
  }

  async approveTools(server: string): Promise<ToolReport[]> {
    return reported(server, this.#context.rules.approve(server, await this.#known(server).tools()));
  }

  async callTool(
    server: string,
    tool: string,
    args: Record<string, unknown>,
    principal: Principal,
  ): Promise<Record<string, unknown>> {
    return this.#known(server).callTool(tool, args, principal);
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    this.#sessions.close();
    for (const server of this.#servers.values()) server.close();
  }

  async #handle(
    request: IncomingMessage,
    response: ServerResponse,
    principal: Principal,
    requestId: string,
    route: Route,
  ): Promise<void> {
    if (route.server !== undefined && !mayUse(principal, route.server)) {
      throw new GatewayError(403, ErrorCode.Denied, `the token does not allow the server ${route.server}`);
    }
    const traceparent = single(request.headers.traceparent);
    const caller: Caller = { principal, requestId, server: route.server, traceparent };
    const methods = METHODS[route.endpoint];
    if (!methods.includes(request.method ?? "")) {
      response.setHeader("allow", methods.join(", "));
      throw new GatewayError(405, ErrorCode.InvalidRequest, `got ${request.method}, expected ${methods.join(" or ")}`);
    }
    if (request.method === "POST") await this.#post(request, response, caller, route);
    else if (request.method === "DELETE") this.#legacy.delete(request, response, caller);
    else if (route.endpoint === "sse") this.#sse.get(response, caller, this.#sessionMaker(route));
    else this.#legacy.get(request, response, caller);
  }

  async #post(request: IncomingMessage, response: ServerResponse, caller: Caller, route: Route): Promise<void> {
    if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
      throw new GatewayError(415, ErrorCode.InvalidRequest, "Content-Type: expected application/json");
    }
    const { config, budget } = this.#context;
    budget.watch(response, caller.principal.name);
    const body = frameOf(await readBody({ request, response }, config.limits.bodyBytes, budget, caller.principal.name));
    const unclear = ambiguousKey(body);
    try {
      if (unclear !== undefined) throw new GatewayError(400, ErrorCode.InvalidRequest, ambiguous(unclear));
      this.#dispatch(request, response, caller, route, body);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const noId = isModernCall(request, body) ? undefined : "null";
      sendError(response, error, body.id === undefined ? noId : body.idText);
    }
  }

  #dispatch(request: IncomingMessage, response: ServerResponse, caller: Caller, route: Route, body: Frame): void {
    if (route.endpoint === "messages") {
      this.#sse.post(request, response, caller, body);
      return;
    }
    if (isModernCall(request, body)) {
      const target = route.server === undefined ? this.#aggregate : this.#known(route.server).modern;
      this.#modern.post(request, response, caller, body, target);
    } else this.#legacy.post(request, response, caller, body, this.#sessionMaker(route));
  }

  #sessionMaker({ server }: Route): NewSession {
    const known = server === undefined ? undefined : this.#known(server);
    return (principal, onEnd) =>
      known
        ? new PassThroughSession(principal, known, this.#context, onEnd)
        : new AggregateSession(principal, this.#merged, this.#context, onEnd);
  }

  /** Sees all of a server's tools, so that their definitions are known. */
  #look(name: string): void {
    this.#server(name)
      .lists.get("tools/list")
      .catch((error: Error) => this.deps.warn(`the tools of ${name} are not known`, error));
  }

  #known(name: string): ServerGateway {
    const server = this.#server(name);
    server.backend.info();
    return server;
  }

  #server(name: string): ServerGateway {
    const known = this.#servers.get(name);
    if (known) return known;
    if (!this.deps.servers.get(name))
      throw new GatewayError(404, ErrorCode.InvalidRequest, `there is no server ${name}`);
    const server = new ServerGateway(name, this.#context, this.#merged);
    server.backend.evictors.push(() => this.#sessions.evict(name));
    this.#servers.set(name, server);
    return server;
  }

  #removed(name: string, managedBy: ServerInfo["managedBy"] | undefined): void {
    if (managedBy === "api") this.#context.rules.forget(name); // another one of that name starts anew
    for (const session of this.#sessions.of(name)) session.end("server-removed");
    for (const session of this.#sessions.of(undefined)) (session as AggregateSession).forget(name);
    this.#servers.get(name)?.close();
    this.#servers.delete(name);
    for (const changed of CHANGES) this.#merged.changed(changed);
  }
}

/** Whether a message is one of the modern era; an `initialize` that does not say so negotiates, whatever its header says. */
function isModernCall({ headers }: IncomingMessage, body: Frame): boolean {
  if (body.isBatch) return false;
  return isModern(body) || (headers["mcp-protocol-version"] === MODERN_VERSION && body.method !== "initialize");
}

const ambiguous = (key: string): string =>
  `the key ${JSON.stringify(key)} is there twice or in other case: others could read this message otherwise`;

function frameOf(body: string): Frame {
  try {
    return Frame.read(body).onOneLine();
  } catch (error) {
    throw new GatewayError(400, ErrorCode.ParseError, `the body is no JSON: ${(error as Error).message}`);
  }
}
