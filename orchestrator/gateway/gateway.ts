import { dirname, join } from "node:path";
import type { CallTrace } from "../../api/schemas/calls";
import { type OrchestratorConfig, PATHS } from "../../config/orchestrator-config";
import type { Audit } from "../audit/entry";
import type { Events } from "../events";
import type { Principal } from "../security/principal";
import type { ServerInfo, Servers } from "../servers/server-info";
import type { CallTracer } from "../tracing";
import { AggregateCalls } from "./aggregate/aggregate-calls";
import { AggregateSession } from "./aggregate/aggregate-session";
import { reported } from "./aggregate/list-items";
import { MergedLists } from "./aggregate/merged-lists";
import { CallTraces } from "./calls/call-traces";
import { InFlight } from "./calls/in-flight";
import { Recorder } from "./calls/recorder";
import type { GatewayContext } from "./context";
import type { NewSession } from "./downstream/caller";
import { McpEndpoints } from "./downstream/mcp-endpoints";
import { PassThroughSession } from "./downstream/pass-through-session";
import type { Session } from "./downstream/session";
import { Sessions } from "./downstream/sessions";
import {
  type CallOrigin,
  type Gateway,
  GatewayError,
  type PrintedLine,
  type ServerUsage,
  type SessionInfo,
  type ToolReport,
} from "./gateway-api";
import type { CallObserver } from "./observer";
import { ServerGateway } from "./server-gateway";
import { ApprovedDefinitions } from "./tools/approved-definitions";
import { ToolApprovals } from "./tools/tool-approvals";
import { ToolRules } from "./tools/tool-rules";
import { check } from "./upstream/check";
import { ByteBudget } from "./wire/byte-budget";
import { ErrorCode } from "./wire/json-rpc";
import { CHANGES } from "./wire/lists";
import { LEGACY_VERSIONS, MODERN_VERSION } from "./wire/modern";

/** What the gateway needs. */
export interface GatewayDeps {
  config: OrchestratorConfig;
  servers: Servers;
  audit: Audit;
  observer: CallObserver;
  events: Events;
  /** @default no traces */
  tracer?: CallTracer;
  /** File of the approved tools' digests; their definitions are in a folder beside it. @default on the orchestrator's volume */
  approvalsFile?: string;
  /** Milliseconds after which a client counts as gone that closed its stream and sends nothing. @default 120 s */
  desertedMs?: number;
  /** Milliseconds that a merged list waits for a server whose list is not known yet. @default 10 s */
  patienceMs?: number;
  /** Called with the beginning of each answer that tells of a failure, as JSON text. @default nobody */
  onFailure?: (server: string, answer: string) => void;
  /** Returns the tokens for a remote server. @default none */
  credentials?: GatewayContext["credentials"];
  /** Called with failures that nobody waits for. */
  warn: (message: string, error: Error) => void;
}

/** The MCP gateway: every server on a URL of its own, and all of them behind one. */
export class McpGateway implements Gateway {
  readonly protocols = [MODERN_VERSION, ...LEGACY_VERSIONS];
  readonly #context: GatewayContext;
  readonly #sessions: Sessions;
  readonly #endpoints: McpEndpoints;
  readonly #merged: MergedLists;
  readonly #aggregate: AggregateCalls;
  readonly #servers = new Map<string, ServerGateway>();
  readonly #traces = new CallTraces();
  readonly #unsubscribe: () => void;

  constructor(private readonly deps: GatewayDeps) {
    const { config, servers, audit, observer, events } = deps;
    const file = deps.approvalsFile ?? join(PATHS.state, "approved-tools.json");
    const approvals = new ToolApprovals(file, (error) => deps.warn("approved tools cannot be stored", error));
    const leftOut = (server: string, tool: string, problem: string): void =>
      deps.warn(`tools/list of ${server}: ${JSON.stringify(tool.slice(0, 100))} is left out`, new Error(problem));
    const look = (name: string): void => this.#look(name);
    const definitions = new ApprovedDefinitions(join(dirname(file), "approved-definitions"), (error) =>
      deps.warn("definitions of approved tools cannot be kept, or read", error),
    );
    const rules = new ToolRules(servers, approvals, definitions, config.toolChanges, events, look, leftOut);
    const recorder = new Recorder(audit, observer, deps.warn, deps.tracer, deps.onFailure, this.#traces);
    const { bufferedBytes, callsPerToken, sessionsPerToken } = config.limits;
    this.#context = {
      ...{ config, servers, rules, recorder, observer, events, warn: deps.warn, onFailure: deps.onFailure },
      ...{ traces: this.#traces, credentials: deps.credentials },
      budget: new ByteBudget(bufferedBytes, (owner, reason) =>
        deps.warn(`an answer or a stream for the token ${owner} was cut`, new Error(reason)),
      ),
      calls: new InFlight(callsPerToken, "requests without an answer", "maxCallsPerToken"),
      subscriptions: new InFlight(sessionsPerToken, "subscriptions", "maxSessionsPerToken"),
    };
    this.#sessions = new Sessions(this.#context, servers, deps.desertedMs);
    this.#merged = new MergedLists(this.#context, (name) => this.#server(name), deps.patienceMs);
    this.#aggregate = new AggregateCalls(this.#merged, this.#context);
    this.#endpoints = new McpEndpoints(this.#context, this.#sessions, {
      modern: (server) => (server === undefined ? this.#aggregate : this.#known(server).modern),
      session: (server) => this.#sessionMaker(server),
    });
    this.#unsubscribe = servers.onChange((name, current, previous) => {
      if (!current) this.#removed(name, previous?.managedBy);
      else if (current.generation !== previous?.generation) this.#server(name).renewed();
    });
    for (const { name } of servers.list()) this.#server(name).backend.refill();
  }

  handle(...request: Parameters<Gateway["handle"]>): void {
    this.#endpoints.handle(...request);
  }

  sessions(): SessionInfo[] {
    return this.#sessions.list().map((session) => session.info());
  }

  endSession(id: string): boolean {
    const session = this.#sessions.list().find((one) => one.info().id === id);
    session?.end("admin");
    return session !== undefined;
  }

  endAll(principal: string): void {
    for (const session of this.#sessions.list()) if (session.principal.name === principal) session.end("admin");
    for (const { pool } of this.#servers.values()) pool.endAll(principal);
  }

  /**
   * Somebody signed in to a server, or out: the sessions of before end.
   * @param of the principal whose sign-in it is; undefined: everybody's, and the lists are asked for again
   */
  signInChanged(server: string, of?: string): void {
    const known = this.#servers.get(server);
    known?.backend.endAll("somebody signed in to the server, or out", of);
    if (of === undefined) known?.renewed();
  }

  printed(server: string): PrintedLine[] {
    return this.#server(server).printed;
  }

  traces(request: string): CallTrace[] {
    return this.#traces.of(request);
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

  async check(server: string): Promise<string | undefined> {
    return check(this.#known(server).backend);
  }

  async tools(server: string): Promise<ToolReport[]> {
    return reported(server, this.#context.rules.compared(server, await this.#known(server).tools()));
  }

  async approveTools(server: string, only?: Record<string, string>): Promise<ToolReport[]> {
    return reported(server, this.#context.rules.approve(server, await this.#known(server).tools(), only));
  }

  async callTool(
    server: string,
    tool: string,
    args: Record<string, unknown>,
    principal: Principal,
    origin?: CallOrigin,
  ): Promise<Record<string, unknown>> {
    return this.#known(server).callTool({ tool, args, principal, ...(origin ? { origin } : {}) });
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    this.#sessions.close();
    for (const server of this.#servers.values()) server.close();
  }

  #sessionMaker(server: string | undefined): NewSession {
    const known = server === undefined ? undefined : this.#known(server);
    return (principal, onEnd) =>
      known
        ? new PassThroughSession(principal, known, this.#context, onEnd)
        : new AggregateSession(principal, this.#merged, this.#context, onEnd);
  }

  /** Reads all tools of a server, so that the rules know their definitions. */
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
    const server = new ServerGateway(name, this.#context, this.#merged.changes);
    server.backend.evictors.push((who) =>
      this.#sessions.evict(name, (other) => server.backend.places.yields(other, who)),
    );
    this.#servers.set(name, server);
    return server;
  }

  #removed(name: string, managedBy: ServerInfo["managedBy"] | undefined): void {
    if (managedBy === "api") this.#context.rules.forget(name); // a later server of that name starts without approvals
    for (const session of this.#sessions.of(name)) session.end("server-removed");
    for (const session of this.#sessions.of(undefined)) (session as AggregateSession).forget(name);
    this.#servers.get(name)?.close();
    this.#servers.delete(name);
    for (const changed of CHANGES) this.#merged.changes.changed(changed);
  }
}
