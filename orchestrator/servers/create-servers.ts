import { type OrchestratorConfig, PATHS } from "../../config/orchestrator-config";
import { type EngineAddress, engineClient, reasonOf } from "../../lib/docker-client";
import type { Events } from "../events";
import type { Log } from "../log";
import { Cleanup } from "./docker/cleanup";
import { Deployer } from "./docker/deploy/deployer";
import { DockerServers } from "./docker/docker-servers";
import { Engine } from "./docker/engine-info";
import { Lifecycle } from "./docker/lifecycle";
import { OwnNetworks } from "./docker/own-networks";
import { StatsPoller } from "./docker/stats";

export interface ServersOptions {
  config: Pick<OrchestratorConfig, "stack" | "deploy">;
  events: Events;
  log: Log;
  /** @default the engine's socket in the orchestrator's container */
  engine?: EngineAddress;
  /** The engine's volumes, as this process sees them. @default where they are in the orchestrator's container */
  volumesFolder?: string;
}

/** All that is done over the Docker API. */
export interface ServersParts {
  servers: DockerServers;
  stats: StatsPoller;
  lifecycle: Lifecycle;
  deployer: Deployer;
  cleanup: Cleanup;
  engine: Engine;
  /** Rejects when the engine does not answer. */
  ping: () => Promise<unknown>;
  /** Ends all connections to the engine. */
  close(): void;
}

/** Puts the parts together, looks for the servers, and ends deployments that a killed orchestrator left half done. */
export async function createServers(options: ServersOptions): Promise<ServersParts> {
  const { config, events, log, engine = { socketPath: PATHS.dockerSocket }, volumesFolder = PATHS.volumes } = options;
  const { stack, deploy: policy } = config;
  const client = engineClient(engine);
  const stats = new StatsPoller(client, stack, log);
  const networks = new OwnNetworks(client, stack, log);
  const memory = (name: string) => stats.memory(name);
  const servers = new DockerServers({ client, stack, events, log, volumesFolder, networks, memory });
  const deployer = new Deployer({ client, servers, policy, stack, events, log });
  await servers.start();
  stats.start();
  // A daemon that is away now is no reason not to serve: the servers are found when it is back.
  await deployer.recover().catch((error) => log.warn({ reason: reasonOf(error) }, "deployments: not looked at"));
  return {
    servers,
    stats,
    lifecycle: new Lifecycle(client, servers),
    deployer,
    cleanup: new Cleanup(client, stack, () => deployer.busy, log),
    engine: new Engine(client),
    ping: () => client.api.ping(),
    close: () => {
      servers.close();
      stats.close();
      client.close();
    },
  };
}
