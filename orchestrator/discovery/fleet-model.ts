import { mcpPath } from "../../api/paths";
import { ServerStatus } from "../../api/server-status";
import type { OrchestratorConfig } from "../../config/orchestrator-config";
import { milliseconds } from "../../lib/durations";
import type { ServerInfo } from "../servers/server-info";

/** How well something works, in the words of service catalogs. */
export interface MemberHealth {
  /** `warning`: it can be used, and somebody should look. */
  state: "passing" | "warning" | "critical";
  /** What the state means, on one line. */
  reason: string;
}

/** One URL of the fleet at which clients speak MCP, with all that a catalog or a proxy has to know of it. */
export interface FleetMember {
  /** The server's name; absent for the URL of all servers. */
  server?: string;
  version: string;
  /** Where clients reach it. */
  url: string;
  /** How it is spoken to there, whatever the server itself speaks behind the gateway. */
  transport: "streamable-http";
  /** MCP versions that clients may use, newest first. */
  protocols: readonly string[];
  /** Milliseconds that a call may take. Absent for the URL of all servers: each has its own. */
  callMs?: number;
  /** Who may use it: holders of a bearer token, of the stack or of this OAuth issuer. */
  authentication: { scheme: "bearer"; issuer?: string };
  /** SHA-256 over the server's tools, hex; absent where they are not known. */
  toolsDigest?: string;
  health: MemberHealth;
}

/** What the model is made of. */
export interface FleetFacts {
  config: Pick<OrchestratorConfig, "publicUrl" | "version" | "oauth">;
  /** MCP versions that clients may use, newest first. */
  protocols: readonly string[];
  servers: readonly ServerInfo[];
  /** False while the Docker daemon does not answer: the servers are then as they were last seen. */
  engineAnswers: boolean;
  toolsDigest(server: ServerInfo): string | undefined;
}

/** A stopped server has no member: it is meant to be away. */
const HEALTH: Record<ServerStatus, MemberHealth | undefined> = {
  [ServerStatus.Running]: { state: "passing", reason: "it runs, and its MCP health check passes" },
  [ServerStatus.Starting]: { state: "critical", reason: "it starts" },
  [ServerStatus.Unhealthy]: { state: "critical", reason: "its MCP health check fails" },
  [ServerStatus.Restarting]: { state: "critical", reason: "it ended, and is started again" },
  [ServerStatus.Stopped]: undefined,
  [ServerStatus.Removing]: undefined,
};

/** The live fleet: the URL of all servers, then every server that is meant to run. */
export function fleetModel({ config, protocols, servers, engineAnswers, toolsDigest }: FleetFacts): FleetMember[] {
  const common = {
    transport: "streamable-http" as const,
    protocols,
    authentication: { scheme: "bearer" as const, ...(config.oauth ? { issuer: config.oauth.issuer } : {}) },
  };
  const all: FleetMember = {
    ...common,
    version: config.version,
    url: config.publicUrl + mcpPath(),
    health: engineAnswers
      ? { state: "passing", reason: "the gateway serves" }
      : { state: "warning", reason: "the engine does not answer: servers are as they were last seen" },
  };
  const each = servers.flatMap((server): FleetMember[] => {
    const health = HEALTH[server.status];
    if (!health || server.copyOf !== undefined) return [];
    const { name, manifest, reason } = server;
    const digest = toolsDigest(server);
    return [
      {
        ...common,
        server: name,
        version: manifest.version,
        url: config.publicUrl + mcpPath(name),
        callMs: milliseconds(manifest.timeouts.call),
        ...(digest === undefined ? {} : { toolsDigest: digest }),
        health: reason === undefined ? health : { ...health, reason: `${health.reason}: ${reason}` },
      },
    ];
  });
  return [all, ...each];
}
