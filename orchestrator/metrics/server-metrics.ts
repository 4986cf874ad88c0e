import type { Registry } from "prom-client";
import { ServerStatus } from "../../api/server-status";
import type { ServerUsage } from "../gateway/gateway-api";
import type { ServerInfo } from "../servers/server-info";
import type { MetricSources } from "./sources";
import { type Row, table } from "./table";

/** States in which the server's container runs. */
const UP: ReadonlySet<ServerStatus> = new Set([ServerStatus.Running, ServerStatus.Starting, ServerStatus.Unhealthy]);

/** Adds the metrics of servers, their sessions and connections. @returns a function that updates them at a scrape */
export function serverMetrics(registry: Registry, { servers, gateway, signIns, storage }: MetricSources): () => void {
  const infoLabels = ["server", "version", "transport", "managed_by", "image"];
  const info = table(registry, "dind_mcp_server_info", "Servers, with what they are.", infoLabels);

  const ofServers: [fill: ReturnType<typeof table>, value: (server: ServerInfo) => number][] = [];
  const ofServer = (name: string, help: string, value: (server: ServerInfo) => number): void => {
    ofServers.push([table(registry, name, help, ["server"]), value]);
  };
  ofServer("dind_mcp_server_up", "1: the server's container runs; a remote server is declared.", ({ status }) =>
    Number(UP.has(status)),
  );
  ofServer("dind_mcp_server_healthy", "1: the server runs and its health check passes.", ({ status }) =>
    Number(status === ServerStatus.Running),
  );
  ofServer(
    "dind_mcp_server_restarts_total",
    "Restarts of the server's container by Docker, since the container was made.",
    ({ runtime }) => runtime.restarts,
  );
  ofServer(
    "dind_mcp_server_oom_kills_total",
    "Times the kernel killed a process of the server for memory, since the orchestrator started.",
    ({ runtime }) => runtime.oomKills,
  );

  const signedIn = table(
    registry,
    "dind_mcp_server_signed_in",
    "1: somebody is signed in to the remote server; only servers with oauth.",
    ["server"],
  );

  const ofUsages: [fill: ReturnType<typeof table>, value: (usage: ServerUsage) => number][] = [];
  const ofUsage = (name: string, help: string, value: (usage: ServerUsage) => number): void => {
    ofUsages.push([table(registry, name, help, ["server"]), value]);
  };
  ofUsage("dind_mcp_sessions", "Clients' open sessions.", ({ sessions }) => sessions);
  ofUsage("dind_mcp_sessions_limit", "Sessions that may be open at the same time.", ({ cap }) => cap);
  ofUsage(
    "dind_mcp_connections",
    "Connections to the server: processes of a stdio server, sessions of an HTTP one.",
    ({ connections }) => connections,
  );
  ofUsage("dind_mcp_idle_connections", "Connections that wait for a client.", ({ idle }) => idle);
  ofUsage("dind_mcp_requests_in_flight", "Requests without an answer yet.", ({ inFlight }) => inFlight);
  const ofStorage = ["server", "storage"];
  const stored = table(registry, "dind_mcp_server_storage_bytes", "Bytes that a server's storage holds.", ofStorage);
  const storable = table(registry, "dind_mcp_server_storage_limit_bytes", "Bytes that it may hold.", ofStorage);
  const aggregate = table(registry, "dind_mcp_aggregate_sessions", "Open sessions with all servers, at /mcp.");

  return () => {
    const list = servers.list();
    info(
      list.map(({ name, manifest, managedBy, runtime }): Row => {
        const image = runtime.kind === "container" ? (runtime.image.digest ?? runtime.image.id) : "";
        const labels = [name, manifest.version, manifest.transport.type, managedBy, image];
        return [labels, 1];
      }),
    );
    for (const [fill, value] of ofServers) fill(list.map((server): Row => [[server.name], value(server)]));
    signedIn(
      list.flatMap((server): Row[] => {
        const authorization = signIns.of(server);
        return authorization ? [[[server.name], Number(authorization.state === "signed-in")]] : [];
      }),
    );
    const usages = list.map(({ name }) => ({ name, usage: gateway.usage(name) }));
    for (const [fill, value] of ofUsages) fill(usages.map(({ name, usage }): Row => [[name], value(usage)]));
    const storages = list.flatMap((server) => storage.of(server).map((one) => ({ server: server.name, ...one })));
    stored(storages.flatMap(({ server, name, used }): Row[] => (used === undefined ? [] : [[[server, name], used]])));
    storable(storages.map(({ server, name, size }): Row => [[server, name], size]));
    aggregate([[[], gateway.sessions().filter(({ server }) => server === undefined).length]]);
  };
}
