import { setImmediate as turn } from "node:timers/promises";
import { ServerStatus } from "../../../../api/server-status";
import { ProblemsError } from "../../../../lib/problems";
import { CallTraces } from "../../../../orchestrator/gateway/calls/call-traces";
import {
  GatewayError,
  type PrintedLine,
  type SessionInfo,
  type ToolReport,
} from "../../../../orchestrator/gateway/gateway-api";
import type { RestDeps } from "../../../../orchestrator/rest/deps";
import { mayCall } from "../../../../orchestrator/security/filters";
import type { Orphan } from "../../../../orchestrator/servers/docker/cleanup-plan";
import { checkDeployment } from "../../../../orchestrator/servers/docker/deploy/deploy-checks";
import type { LogLine } from "../../../../orchestrator/servers/docker/logs";
import type { Package } from "../../../../orchestrator/servers/docker/sbom/packages";
import { spdx } from "../../../../orchestrator/servers/docker/sbom/spdx";
import { HeardRefusals } from "../../../../orchestrator/servers/refusals/heard-refusals";
import type { ServerInfo } from "../../../../orchestrator/servers/server-info";
import { testConfig } from "../../config/orchestrator-config";
import { manifest } from "../../manifest/documents";
import { finished } from "../gateway/finished-call";
import { container } from "../servers/container";

const POLICY = testConfig().deploy;

/** Storage that no server has any more. */
const LOST: Orphan = {
  kind: "storage",
  id: "pulumi/gone.data",
  name: "pulumi/gone.data",
  reason: "no server",
  server: "gone",
};

/** A server in memory. */
export function server(
  name: string,
  more: Partial<ServerInfo> = {},
  written: Record<string, unknown> = {},
): ServerInfo {
  return {
    name,
    manifest: manifest({ name, ...written }),
    managedBy: "pulumi",
    status: ServerStatus.Running,
    generation: "1",
    startedAt: "2026-11-24T10:00:00.000Z",
    address: { type: "stdio", socket: `/secret/socket/of/${name}` },
    runtime: container(name),
    ...more,
  };
}

function tool(name: string, approval: ToolReport["approval"] = "approved", visible = true): ToolReport {
  return { name, digest: "0".repeat(64), approval, visible, definition: { name, inputSchema: { type: "object" } } };
}

/** A fleet without an engine: the interfaces that the REST API stands on, over what is in its fields. */
export class MemoryFleet {
  readonly servers = new Map<string, ServerInfo>();
  readonly sessions = new Map<string, SessionInfo>();
  readonly rubbish: Orphan[] = [
    { kind: "container", id: "c1", name: "stranger", reason: "not ours" },
    { kind: "volume", id: "v1", name: "mcp-gone-sessions", reason: "no server", server: "gone" },
    { kind: "network", id: "n1", name: "mcp-gone", reason: "no server", server: "gone" },
  ];
  readonly log: LogLine[] = [
    { time: "2026-11-24T10:00:00.000000001Z", stream: "stderr", line: "one" },
    { time: "2026-11-24T10:00:01.000000001Z", stream: "stderr", line: "two" },
  ];
  /** Lines of stdio servers that are no messages. */
  readonly printed: PrintedLine[] = [];
  /** Where calls' time went. */
  readonly traces = new CallTraces();
  readonly tools = [tool("say"), tool("shout", "changed"), tool("spy", "new", false)];
  /** What tools answer, by their names, other than their arguments. */
  readonly results = new Map<string, Record<string, unknown>>();
  /** What was asked of Docker. */
  readonly asked: string[] = [];
  /** What the deployer was given. */
  readonly given: Record<string, string>[] = [];
  engineAnswers = true;
  /** What was removed through the deployer. */
  readonly removed: string[] = [];
  /** What deploying ends with, when it shall fail. */
  deployFails?: Error;
  /** What a rehearsal ends with, when it shall fail. */
  rehearsalFails?: Error;
  /** Milliseconds that a followed log lasts; undefined: until the client goes. */
  followMs?: number;
  /** Logs that are being followed. */
  following = 0;
  /** Answers MCP: who asked. */
  handle: RestDeps["gateway"]["handle"] = (_request, response, principal, arrival) =>
    void response.writeHead(200).end(JSON.stringify({ principal: principal.name, arrival }));
  /** Set to make reading a log fail after so many lines. */
  logFailsAfter: number | undefined;
  /** Set to make reading a log fail before its first line. */
  logRefused: Error | undefined;
  /** Set to make counting the disk wait for ever. */
  diskHangs = false;
  /** Set to make listing tools wait for ever. */
  toolsHang = false;

  add(...servers: ServerInfo[]): this {
    for (const one of servers) this.servers.set(one.name, one);
    return this;
  }

  openSession(id: string, more: Partial<SessionInfo> = {}): void {
    const at = "2026-11-24T10:00:00.000Z";
    const least = { id, server: "echo", principal: "mcp", openedAt: at, lastUsedAt: at, inFlight: 0, streams: 1 };
    this.sessions.set(id, { ...least, ...more });
  }

  get lifecycle(): RestDeps["lifecycle"] {
    const act = (action: string, status: ServerStatus) => async (name: string) => {
      this.asked.push(`${action} ${name}`);
      const changed = { ...(this.servers.get(name) as ServerInfo), status };
      this.servers.set(name, changed);
      return changed;
    };
    const fleet = this;
    return {
      start: act("start", ServerStatus.Starting),
      stop: act("stop", ServerStatus.Stopped),
      restart: act("restart", ServerStatus.Starting),
      async *logs(_name, { tail = 200, follow, signal } = {}) {
        if (fleet.logRefused) throw fleet.logRefused;
        if (fleet.logFailsAfter !== undefined) yield* failing(fleet.logFailsAfter);
        yield* tail === "all" ? fleet.log : tail > 0 ? fleet.log.slice(-tail) : [];
        if (!follow) return;
        fleet.following++;
        await new Promise((resolve) => {
          signal?.addEventListener("abort", resolve);
          if (fleet.followMs !== undefined) setTimeout(resolve, fleet.followMs);
        });
        fleet.following--;
      },
    };
  }

  get deployer(): RestDeps["deployer"] {
    return {
      check: (document) => {
        const servers = [...this.servers.values()];
        return checkDeployment({ document, secrets: {}, policy: POLICY, servers, kept: [] }).problems.filter(
          ({ path }) => !path.startsWith("secrets."),
        );
      },
      deploy: async (document, secrets = {}, told = () => {}) => {
        if (this.deployFails) throw this.deployFails;
        const servers = [...this.servers.values()];
        const { manifest: made, problems } = checkDeployment({ document, secrets, policy: POLICY, servers, kept: [] });
        if (!made) throw new ProblemsError(problems);
        told("starting it");
        this.given.push(secrets);
        const change = this.servers.has(made.name) ? "replaced" : "created";
        const deployed = server(made.name, { managedBy: "api", manifest: made });
        this.servers.set(made.name, deployed);
        return { server: deployed, change };
      },
      remove: async (name, data) => {
        this.servers.delete(name);
        this.removed.push(data ? `${name} with its data` : name);
      },
    };
  }

  get stats(): RestDeps["stats"] {
    const throttled = { throttledSeconds: 0, throttledShare: 0 };
    const memory = { memory: 1_000, heldMemory: 900, memoryLimit: 2_000 };
    const numbers = { ...throttled, ...memory, cpuSeconds: 1.5, pids: 3, received: 4, sent: 5 };
    return {
      server: (name) =>
        this.servers.get(name)?.status === ServerStatus.Running
          ? { container: `mcp-${name}`, server: name, time: Date.parse("2026-11-24T10:00:00Z"), ...numbers }
          : undefined,
    };
  }

  get engine(): RestDeps["engine"] {
    return {
      info: async () => ({
        ...{ version: "27.0", apiVersion: "1.46", os: "Debian", kernel: "6.1", cpus: 2, memory: 8_000, images: 5 },
        ...{ architecture: "x86_64", cgroupVersion: "2", storageDriver: "overlay2", liveRestore: true },
        containers: { running: 3, paused: 0, stopped: 1 },
        isolation: ["seccomp (builtin)", "cgroupns"],
      }),
      ping: async () => {
        if (!this.engineAnswers) throw new Error("connect ECONNREFUSED /run/engine/docker.sock");
      },
      disk: async () => {
        if (this.diskHangs) await new Promise(() => {});
        return { images: 1, containers: 2, volumes: 3, buildCache: 4, time: Date.parse("2026-11-24T10:00:00Z") };
      },
    };
  }

  get egress(): RestDeps["egress"] {
    const last = Date.parse("2026-11-24T10:00:01Z");
    const refused = { outcome: "refused", reason: "the manifest does not list it", add: "b.example.com:443" } as const;
    return {
      of: async ({ manifest: { name } }) => ({
        since: "2026-11-24T10:00:00.000000001Z",
        items: [{ host: `${name}.example.com`, port: 443, ...refused, count: 2, lastHour: 0, last }],
      }),
    };
  }

  get sbom(): RestDeps["sbom"] {
    const packages: Package[] = [{ kind: "npm", name: "@a/b", version: "1.0.0" }];
    const created = "2026-11-24T10:10:00Z";
    return { of: async ({ name }) => spdx({ server: name, image: "sha256:1", version: "9.9.9", created }, packages) };
  }

  get learner(): RestDeps["learner"] {
    const until = Date.parse("2026-11-24T10:10:00Z");
    const copyOf = (name: string) => ({ server: name, copy: `${name}-learn`, until });
    return {
      start: async (name) => copyOf(name),
      report: async (name) => ({
        ...copyOf(name),
        ...{ needed: { egress: ["a.example.com:443"] }, add: {}, unused: [], notes: [] },
        peaks: { memory: 1, shared: 0, processes: 2, cpus: 0.5 },
      }),
      rehearse: async (name, look) => {
        if (this.rehearsalFails) throw this.rehearsalFails;
        return await look(copyOf(name).copy);
      },
      end: async (name) => void this.removed.push(`copy of ${name}`),
    };
  }

  readonly heard = new HeardRefusals();

  /** Nobody signs in to any of them. */
  get signIns(): RestDeps["signIns"] {
    const nobody = (name: string) => new GatewayError(409, -32_000, `nobody signs in to server ${name}`);
    return {
      of: () => undefined,
      begin: async ({ name }) => {
        throw nobody(name);
      },
      attempt: () => undefined,
      finish: async () => undefined,
      signOut: async ({ name }) => {
        throw nobody(name);
      },
    };
  }

  get cleanup(): RestDeps["cleanup"] {
    const found = ({ force, data }: { force?: boolean; data?: boolean }) =>
      [...this.rubbish, ...(data ? [LOST] : [])].filter(({ kind }) => force || kind !== "container");
    return {
      plan: async (what = {}) => found(what),
      run: async ({ only, ...what } = {}) => {
        const removed = found(what).filter(({ id }) => only?.includes(id) ?? true);
        for (const one of removed) this.rubbish.splice(this.rubbish.indexOf(one), 1);
        return { removed: removed.slice(1), failed: removed.slice(0, 1).map((one) => ({ ...one, error: "in use" })) };
      },
    };
  }

  get gateway(): RestDeps["gateway"] {
    const known = async (name: string): Promise<ToolReport[]> => {
      if (this.toolsHang) await new Promise(() => {});
      if (this.servers.get(name)?.status !== ServerStatus.Running) {
        throw new GatewayError(503, -32_000, `${name} does not run`);
      }
      return this.tools;
    };
    return {
      protocols: ["2026-07-28"],
      handle: (...request) => this.handle(...request),
      sessions: () => [...this.sessions.values()],
      endSession: (id) => this.sessions.delete(id),
      endAll: (principal) => {
        for (const [id, session] of this.sessions) if (session.principal === principal) this.sessions.delete(id);
      },
      check: async () => undefined,
      traces: (request) => this.traces.of(request),
      printed: () => this.printed,
      usage: (name) => ({
        sessions: [...this.sessions.values()].filter((session) => session.server === name).length,
        ...{ connections: 1, idle: 0, inFlight: 0, cap: 8 },
      }),
      tools: known,
      approveTools: async (name, only) => {
        for (const one of await known(name)) if (!only || Object.hasOwn(only, one.name)) one.approval = "approved";
        return this.tools;
      },
      callTool: async (name, called, args, principal, origin) => {
        if (!mayCall(principal, name, called))
          throw new GatewayError(403, -32_000, `the token does not allow ${called}`);
        if (!(await known(name)).some((one) => one.name === called))
          throw new GatewayError(404, -32_602, "no such tool");
        if (origin) this.traces.add(finished(origin.request, { server: name, tool: called }));
        const result = this.results.get(called);
        if (result) return result;
        return {
          content: [{ type: "text", text: JSON.stringify(args) }],
          isError: called === "shout",
          ...(called === "spy" ? { structuredContent: args } : {}),
          _meta: { a: 1 },
        };
      },
      close: async () => {},
    };
  }
}

/** Lines of a log, each a turn of the event loop later, and then an error. */
async function* failing(lines: number): AsyncGenerator<LogLine> {
  for (let left = lines; left > 0; left--) {
    await turn();
    yield { time: new Date().toISOString(), stream: "stderr", line: "x" };
  }
  throw new Error("the engine is gone");
}
