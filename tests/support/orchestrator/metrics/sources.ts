import { join } from "node:path";
import { Registry } from "prom-client";
import { CallMetrics } from "../../../../orchestrator/metrics/call-metrics";
import { Exposition } from "../../../../orchestrator/metrics/exposition";
import type { MetricSources } from "../../../../orchestrator/metrics/sources";
import type { ServerInfo } from "../../../../orchestrator/servers/server-info";
import { config } from "../security/requests";
import { container } from "../servers/container";

/** A server as the table of servers has it. */
export function server(name: string, changes: Partial<ServerInfo> = {}): ServerInfo {
  const manifest = {
    name,
    version: "1.2.3",
    transport: { type: "stdio", command: ["x"] },
  } as unknown as ServerInfo["manifest"];
  return {
    name,
    manifest,
    managedBy: "pulumi",
    status: "running",
    generation: "1",
    address: { type: "stdio", socket: "/run/x" },
    runtime: container(name, { image: { id: "sha256:abc" }, restarts: 2, oomKills: 1 }),
    ...changes,
  };
}

/** An engine that answers at once. */
export const engine: MetricSources["engine"] = {
  info: async () => ({
    ...{ version: "26.1.5", apiVersion: "1.45", os: "Debian GNU/Linux 13", kernel: "6.12", architecture: "x86_64" },
    ...{ cgroupVersion: "2", storageDriver: "overlay2", liveRestore: true, cpus: 2, memory: 8e9, images: 4 },
    containers: { running: 5, paused: 0, stopped: 1 },
    isolation: ["seccomp (builtin)", "cgroupns"],
  }),
  disk: async () => ({ images: 1e9, containers: 1e6, volumes: 1e7, buildCache: 5, time: 1 }),
};

/** Sources of a fleet of three servers, one of them unhealthy and one stopped. */
export function sources(changes: Partial<MetricSources> = {}): MetricSources {
  return {
    config: config(),
    servers: {
      list: () => [server("files"), server("http", { status: "unhealthy" }), server("postgres", { status: "stopped" })],
    },
    gateway: {
      usage: () => ({ sessions: 3, connections: 4, idle: 1, inFlight: 2, cap: 8 }),
      sessions: () => [undefined, undefined, "files"].map((name) => ({ server: name }) as never),
    },
    discovery: { consul: () => undefined },
    signIns: { of: ({ name }) => (name === "http" ? { state: "needed" } : undefined) },
    storage: {
      of: ({ name }) =>
        name === "files"
          ? [
              { name: "data", path: "/data", size: 1_000, used: 250 },
              { name: "new", path: "/new", size: 9 },
            ]
          : [],
    },
    stats: {
      list: () => [
        {
          container: "mcp-files",
          server: "files",
          time: 1,
          cpuSeconds: 1.5,
          ...{ throttledSeconds: 0, throttledShare: 0 },
          memory: 100,
          heldMemory: 90,
          memoryLimit: 200,
          pids: 5,
          received: 7,
          sent: 8,
        },
        {
          container: "mcp-egress",
          time: 1,
          cpuSeconds: 0.5,
          ...{ throttledSeconds: 0, throttledShare: 0 },
          memory: 10,
          heldMemory: 9,
          memoryLimit: 20,
          pids: 1,
          received: 0,
          sent: 0,
        },
      ],
    },
    engine,
    audit: { dropped: 3, healthy: () => true },
    certificates: join(__dirname, "../../../fixtures/certificates"),
    ...changes,
  };
}

/** An exposition after one call and one session; `changes` replaces or adds sources. */
export function expose(changes = {}): Exposition {
  const registry = new Registry();
  const calls = new CallMetrics(registry);
  calls.call("files", "tools/call", "read", "ok", 0.01);
  calls.sessionOpened("files", false, 0.1);
  calls.sessionEnded("files", "idle");
  calls.refused("invalid");
  return new Exposition(registry, sources(changes));
}
