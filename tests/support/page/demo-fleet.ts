import { AuditResult } from "../../../api/audit-result";
import { ServerStatus } from "../../../api/server-status";
import type { ServerInfo } from "../../../orchestrator/servers/server-info";
import { server } from "../orchestrator/rest/fleet";
import { container } from "../orchestrator/servers/container";
import type { PageOverApi } from "./page-over-api";

/** The moment that the demonstration's data end at; a browser that looks at them has its clock there. */
export const DEMO_NOW = Date.parse("2026-11-30T12:00:00Z");

interface Described {
  title: string;
  description: string;
  version: string;
  more?: Partial<ServerInfo>;
  written?: Record<string, unknown>;
}

/** The fleet in pictures and in the tests of how the page looks: every state once, the same each time. */
const SERVERS: Record<string, Described> = {
  browser: {
    ...{ title: "Browser", description: "Opens pages, clicks, fills in, takes pictures", version: "0.0.48" },
    more: { status: ServerStatus.Restarting, reason: "out of memory; 3 of its processes were killed for memory" },
  },
  files: {
    ...{ title: "Files", description: "Reads, writes and searches files of the workspace", version: "2026.7.10" },
    written: { storage: [{ name: "data", path: "/data", size: "1g" }] },
  },
  github: {
    ...{ title: "GitHub", description: "Issues, pull requests and code of GitHub", version: "1.8.0" },
    more: { status: ServerStatus.Unhealthy, reason: "401 Bad credentials: the secret GITHUB_TOKEN is not right" },
    written: { egress: ["api.github.com:443"] },
  },
  http: {
    ...{ title: "Fetch", description: "Fetches web pages and gives them as Markdown", version: "2026.6.4" },
    written: { egress: ["*.example.com:443", "docs.example.org:443"] },
  },
  memory: {
    ...{ title: "Memory", description: "A graph of what is known, which outlives a session", version: "2026.1.26" },
    more: { status: ServerStatus.Stopped, reason: "ended with exit code 143", managedBy: "api" },
  },
  postgres: {
    ...{ title: "PostgreSQL", description: "Reads the database, with a role that may only look", version: "0.11.4" },
    more: { managedBy: "pulumi" },
  },
  weather: {
    ...{ title: "Weather", description: "The weather of any place, now and in the next days", version: "1.2.0" },
    more: { status: ServerStatus.Starting, managedBy: "api" },
  },
};

/** Makes the fleet in memory the demonstration's. */
export function demonstrate({ api }: Pick<PageOverApi, "api">): void {
  const { fleet } = api;
  fleet.servers.clear();
  api.minutes.clear();
  for (const [at, [name, { title, description, version, more, written }]] of Object.entries(SERVERS).entries()) {
    const image = { id: `sha256:${String(at).repeat(64)}`, created: "2026-11-18T09:30:00.000Z" };
    const about = { title, description, version, user: 11_000 + at, ...written };
    const startedAt = new Date(DEMO_NOW - (at + 1) * 7_500_000).toISOString();
    fleet.add(server(name, { runtime: container(name, { image }), startedAt, ...more }, about));
    api.serverHistory.see(name, fleet.servers.get(name));
    if (name === "files" || name === "http" || name === "postgres") api.minutes.set(name, minutesOf(at));
  }
  const client = { client: { name: "claude-code", version: "2.4.1" }, protocolVersion: "2025-11-25" };
  const opened = { openedAt: "2026-11-30T10:12:00.000Z", lastUsedAt: "2026-11-30T11:58:00.000Z" };
  fleet.openSession("s1", { server: "files", ...client, ...opened });
  fleet.openSession("s2", { server: "files", ...client, ...opened, principal: "ci" });
  fleet.openSession("s3", { server: "http", ...client, ...opened });
  recordCalls(api);
}

/** An hour of calls, higher in the middle, with errors now and then. */
function minutesOf(seed: number) {
  return Array.from({ length: 60 }, (_, at) => {
    const calls = Math.round(8 + 6 * Math.sin((at + seed * 7) / 6) + ((at * 7 + seed) % 5));
    return {
      ...{ time: new Date(DEMO_NOW - (60 - at) * 60_000).toISOString(), calls, errors: at % 17 === seed ? 2 : 0 },
      ...{ p95: 0.05 + (at % 6) / 100, cpu: 0.1 + (at % 9) / 40, memory: 60e6 + at * 2e5 },
    };
  });
}

const CALLS = [
  ["files", "read_file", AuditResult.Ok, 12.4],
  ["http", "fetch", AuditResult.Ok, 380.2],
  ["github", "list_issues", AuditResult.Error, 30_000],
  ["files", "write_file", AuditResult.Denied, 0.3],
  ["postgres", "execute_sql", AuditResult.ToolError, 18.9],
  ["http", "fetch", AuditResult.Timeout, 30_000],
] as const;

function recordCalls({ audit }: PageOverApi["api"]): void {
  for (let count = 0; count < 24; count++) {
    const [name, tool, result, ms] = CALLS[count % CALLS.length] ?? CALLS[0];
    const time = DEMO_NOW - (24 - count) * 95_000;
    const who = { principal: count % 4 === 0 ? "ci" : "mcp", session: "3f9a11c0", request: `demo-${count}` };
    audit.record({ time, kind: "mcp", ...who, server: name, method: "tools/call", tool, result, ms });
  }
}
