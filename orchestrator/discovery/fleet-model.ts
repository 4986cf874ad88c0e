import { ServerStatus } from "../../api/server-status";
import { allServers, type LiveMember, type MemberHealth, oneServer } from "../../config/fleet/member";
import type { OrchestratorConfig } from "../../config/orchestrator-config";
import { milliseconds } from "../../lib/durations";
import type { ServerInfo } from "../servers/server-info";

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
export function fleetModel({ config, protocols, servers, engineAnswers, toolsDigest }: FleetFacts): LiveMember[] {
  const all: LiveMember = {
    ...allServers(config),
    protocols,
    health: engineAnswers
      ? { state: "passing", reason: "the gateway serves" }
      : { state: "warning", reason: "the engine does not answer: servers are as they were last seen" },
  };
  const each = servers.flatMap((server): LiveMember[] => {
    const health = HEALTH[server.status];
    if (!health || server.copyOf !== undefined) return [];
    const { name, manifest, reason } = server;
    const digest = toolsDigest(server);
    const callMs = milliseconds(manifest.timeouts.call);
    return [
      {
        ...oneServer(config, { server: name, version: manifest.version, callMs }),
        protocols,
        ...(digest === undefined ? {} : { toolsDigest: digest }),
        health: reason === undefined ? health : { ...health, reason: `${health.reason}: ${reason}` },
      },
    ];
  });
  return [all, ...each];
}
