import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { History } from "../../../../api/history";
import type { OrchestratorConfig, StoredToken } from "../../../../config/orchestrator-config";
import { AuditLog } from "../../../../orchestrator/audit/audit-log";
import { Events } from "../../../../orchestrator/events";
import { Front, type Handler } from "../../../../orchestrator/http/front";
import { createApp } from "../../../../orchestrator/rest/app";
import type { RestDeps } from "../../../../orchestrator/rest/deps";
import type { App } from "../../../../orchestrator/rest/routes/context";
import type { ApiTokens } from "../../../../orchestrator/security/api-tokens/api-tokens";
import type { LastUses } from "../../../../orchestrator/security/api-tokens/last-uses";
import { openApiTokens } from "../../../../orchestrator/security/api-tokens/open";
import { AccessGuard } from "../../../../orchestrator/security/guard";
import { SignInLinks } from "../../../../orchestrator/security/sign-in-links";
import { ServerHistory } from "../../../../orchestrator/servers/server-history";
import { type ConfigChanges, testConfig } from "../../config/orchestrator-config";
import { MemoryFleet, server } from "./fleet";

const SCOPES = {
  mcp: ["mcp"],
  read: ["read"],
  admin: ["admin"],
  all: ["mcp", "read", "admin"],
} as const;
export type TokenName = keyof typeof SCOPES | "files";

/** Fresh tokens: one for each scope, one for all, and `files` with all scopes for that server alone. */
function makeTokens(): { secrets: Record<TokenName, string>; stored: StoredToken[] } {
  const names = [...Object.keys(SCOPES), "files"] as TokenName[];
  const secrets = Object.fromEntries(names.map((name) => [name, randomBytes(32).toString("base64url")]));
  const stored = names.map((name): StoredToken => {
    const sha256 = createHash("sha256")
      .update(secrets[name] as string)
      .digest("hex");
    const scopes = [...SCOPES[name === "files" ? "all" : name]];
    return { name, scopes, sha256, ...(name === "files" ? { servers: ["files"] } : {}) };
  });
  return { secrets: secrets as Record<TokenName, string>, stored };
}

export interface Answer<Body> {
  status: number;
  headers: Headers;
  body: Body;
  text: string;
}

/** The HTTP side of port 18080 on a free port, over a fleet in memory: everything else is the real thing. */
export class Api {
  readonly fleet = new MemoryFleet().add(
    server("echo"),
    server("files", {}, { user: 11_001 }),
    server("extra", { managedBy: "api" }, { user: 11_002 }),
  );
  readonly links = new SignInLinks();
  readonly events = new Events(console.error);
  /** What servers did in the last hour. */
  readonly minutes = new Map<string, History["minutes"]>([
    ["files", [{ time: "2026-11-30T08:00:00Z", calls: 3, errors: 1, p95: 0.05 }]],
  ]);
  /** Where the fleet is announced. */
  consul: ReturnType<RestDeps["discovery"]["consul"]>;
  /** What an operator would read. */
  readonly faults: Record<string, unknown>[] = [];
  url = "";
  port = 0;
  app!: App;
  #secrets!: Record<TokenName, string>;
  #folder = "";
  guard!: AccessGuard;
  config!: OrchestratorConfig;
  #front!: Front;
  #audit!: AuditLog;
  serverHistory!: ServerHistory;
  #apiTokens!: ApiTokens;
  #uses!: LastUses;

  /** @param deps takes the place of what else it stands on */
  static async start(more: ConfigChanges = {}, deps: Partial<RestDeps> = {}): Promise<Api> {
    const api = new Api();
    api.#folder = await mkdtemp(join(tmpdir(), "mcp-test-rest-"));
    const { secrets, stored } = makeTokens();
    api.#secrets = secrets;
    const config = testConfig({
      ...{ version: "9.9.9", publicUrl: "http://127.0.0.1:18080", pageUrl: "http://127.0.0.1:18081" },
      ...{ allowedHosts: ["127.0.0.1", "localhost"], allowedOrigins: ["https://app.example.com"] },
      ...more,
    });
    const { apiTokens, uses } = openApiTokens(api.#folder, console.error);
    api.#apiTokens = apiTokens;
    api.#uses = uses;
    apiTokens.onEnd(({ name }) => api.fleet.gateway.endAll(name));
    const guard = new AccessGuard({ config, tokens: stored, apiTokens, uses });
    api.guard = guard;
    api.config = config;
    api.#audit = new AuditLog({ ...config.audit, folder: api.#folder, warn: () => {} });
    const { fleet } = api;
    api.serverHistory = new ServerHistory(join(api.#folder, "server-events"), console.error);
    const log = { error: (context: Record<string, unknown>) => void api.faults.push(context) };
    const { limits, publicUrl } = config;
    api.#front = new Front({ guard, gateway: fleet.gateway, audit: api.#audit, log, limits, publicUrl });
    api.app = await createApp(api.#front, {
      ...{ config, guard, audit: api.#audit, events: api.events, links: api.links, tokens: stored, apiTokens, uses },
      history: { of: (name) => api.minutes.get(name) ?? [] },
      ...{ gateway: fleet.gateway, lifecycle: fleet.lifecycle, deployer: fleet.deployer, stats: fleet.stats },
      ...{ learner: fleet.learner, sbom: fleet.sbom, signIns: fleet.signIns },
      serverHistory: api.serverHistory,
      storage: {
        of: ({ name }) => (name === "files" ? [{ name: "data", path: "/data", size: 1_000, used: 250 }] : []),
      },
      ...{ engine: fleet.engine, egress: fleet.egress, heard: fleet.heard, cleanup: fleet.cleanup },
      servers: {
        list: () => [...fleet.servers.values()],
        get: (name) => fleet.servers.get(name),
        onChange: () => () => {},
        memory: () => undefined,
      },
      discovery: { consul: () => api.consul },
      log,
      staticFolder: dirname(require.resolve("swagger-ui-dist/package.json")),
      certificates: join(__dirname, "../../../fixtures/certificates"),
      ...deps,
    });
    api.port = await api.#front.listen(0, "127.0.0.1");
    api.url = `http://127.0.0.1:${api.port}`;
    return api;
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.#front.close();
    await this.#audit.close();
    this.serverHistory.close();
    this.#apiTokens.close();
    this.#uses.close();
    await rm(this.#folder, { recursive: true });
  }

  /** The audit log that the API reads. */
  get audit(): AuditLog {
    return this.#audit;
  }

  /** The listener of the API, without the front. */
  get rest(): Handler {
    return this.#front.rest;
  }

  token(name: TokenName): string {
    return this.#secrets[name];
  }

  /** A request with one of the tokens; an object as body is sent as JSON. */
  async call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    { as, body, headers = {} }: { as?: TokenName; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer<Body>> {
    const json = body !== undefined && typeof body !== "string";
    const answer = await fetch(`${this.url}${path}`, {
      method,
      redirect: "manual",
      headers: {
        ...(as ? { authorization: `Bearer ${this.token(as)}` } : {}),
        ...(json ? { "content-type": "application/json" } : {}),
        ...headers,
      },
      body: json ? JSON.stringify(body) : (body as string | undefined),
    });
    // Some streams never end: their head is what counts.
    const streams = answer.headers.get("content-type") === "text/event-stream";
    const text = streams ? "" : await answer.text();
    if (streams) await answer.body?.cancel();
    const isJson = text !== "" && /json\b/.test(answer.headers.get("content-type") ?? "");
    const parsed: unknown = isJson ? JSON.parse(text) : undefined;
    return { status: answer.status, headers: answer.headers, body: parsed as Body, text };
  }
}
