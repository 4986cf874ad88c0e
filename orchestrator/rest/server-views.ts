import type { z } from "zod";
import { mcpPath } from "../../api/paths";
import type { serverDetailSchema, serverSchema, statsSchema } from "../../api/schemas/servers";
import { ServerStatus } from "../../api/server-status";
import { parseBytes } from "../../lib/sizes";
import { within } from "../../lib/within";
import { isRemote } from "../../manifest/remote";
import type { ContainerUsage } from "../servers/docker/stats";
import type { ServerInfo } from "../servers/server-info";
import type { RestDeps } from "./deps";

/** Milliseconds that a server may take to list its tools, when they are only a part of an answer. */
const TOOLS_MS = 2_000;

type Server = z.output<typeof serverSchema>;
type ServerDetail = z.output<typeof serverDetailSchema>;
type Sources = Pick<RestDeps, "config" | "gateway" | "signIns" | "stats" | "storage">;

function healthOf(status: ServerStatus): Server["health"] {
  switch (status) {
    case ServerStatus.Running:
      return "healthy";
    case ServerStatus.Starting:
    case ServerStatus.Unhealthy:
      return status;
    default:
      return "none";
  }
}

/** A server in a list. */
export function summary(server: ServerInfo, { config, gateway, signIns, storage }: Sources): Server {
  const { name, manifest, status, reason, managedBy, startedAt } = server;
  const { cpus, memory } = manifest.resources;
  return {
    name,
    title: manifest.title ?? name,
    description: manifest.description,
    version: manifest.version,
    status,
    health: healthOf(status),
    reason,
    authorization: signIns.of(server),
    managedBy,
    transport: manifest.transport.type,
    url: config.publicUrl + mcpPath(name),
    startedAt,
    limits: { cpus, memory: parseBytes(memory) ?? 0 },
    sessions: gateway.usage(name).sessions,
    storage: storage.of(server),
  };
}

/**
 * How many of the server's tools are approved, changed, new and hidden. Undefined when the server does not run or does
 * not answer in time, because its other facts must not wait.
 */
async function toolCounts({ name, status }: ServerInfo, { gateway }: Sources): Promise<ServerDetail["tools"]> {
  if (status !== ServerStatus.Running) return undefined;
  // A server that fails here does not fail this answer; /tools reports it.
  const listing = gateway.tools(name).catch(() => undefined);
  const tools = await within(TOOLS_MS, listing);
  if (!tools) return undefined;
  const count = (approval: string) => tools.filter((tool) => tool.approval === approval).length;
  return {
    approved: count("approved"),
    changed: count("changed"),
    new: count("new"),
    hidden: tools.filter(({ visible }) => !visible).length,
  };
}

/** Returns a measurement in the API's form. */
export function measured(usage: ContainerUsage | undefined): z.output<typeof statsSchema> | undefined {
  if (!usage) return undefined;
  const { time, cpuSeconds, memory, memoryLimit, pids, received, sent } = usage;
  return {
    time: new Date(time).toISOString(),
    cpuSeconds,
    memory: { usage: memory, limit: memoryLimit },
    processes: pids,
    network: { received, sent },
  };
}

/** Where it runs: in a container here, or elsewhere. */
function placeOf({ runtime, address }: ServerInfo): Pick<ServerDetail, "container" | "image" | "remote"> {
  if (address.type === "remote") return { remote: { url: address.url, protocol: address.protocol } };
  if (runtime.kind !== "container") return {};
  return { container: { id: runtime.id, name: runtime.name }, image: runtime.image };
}

/** Who has the values of its secrets. */
export function secretsHeld({ manifest: { secrets, transport } }: ServerInfo): ServerDetail["secrets"] {
  const own = isRemote({ transport }) ? "gateway" : "server";
  return secrets.map(({ name, inject }) =>
    inject ? { name, held: "proxy" as const, host: inject.host } : { name, held: own },
  );
}

/** Everything about a server. */
export async function detail(server: ServerInfo, sources: Sources): Promise<ServerDetail> {
  const { name, manifest, runtime, companions = [] } = server;
  return {
    ...summary(server, sources),
    ...placeOf(server),
    companions,
    secrets: secretsHeld(server),
    restarts: runtime.restarts,
    oomKills: runtime.oomKills,
    usage: sources.gateway.usage(name),
    stats: measured(sources.stats.server(name)),
    tools: await toolCounts(server, sources),
    manifest: { ...manifest },
  };
}
