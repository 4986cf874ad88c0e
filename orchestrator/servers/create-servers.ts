import { type OrchestratorConfig, PATHS } from "../../config/orchestrator-config";
import { type EngineAddress, engineClient, reasonOf } from "../../lib/docker-client";
import type { Events } from "../events";
import type { Log } from "../log";
import { AllServers } from "./all-servers";
import { Cleanup } from "./docker/cleanup";
import { Deployer } from "./docker/deploy/deployer";
import { DockerServers } from "./docker/docker-servers";
import { EgressLog } from "./docker/egress-log";
import { Engine } from "./docker/engine-info";
import { Learner } from "./docker/learn/learner";
import { Lifecycle } from "./docker/lifecycle";
import { OwnNetworks } from "./docker/own-networks";
import { Sbom } from "./docker/sbom/sbom";
import { StatsPoller } from "./docker/stats";
import { StorageUse } from "./docker/storage-use";
import { RemoteServers } from "./remote/remote-servers";
import type { FollowedServers } from "./server-info";

export interface ServersOptions {
  config: Pick<OrchestratorConfig, "stack" | "deploy" | "version">;
  events: Events;
  log: Log;
  /** @default the engine's socket in the orchestrator's container */
  engine?: EngineAddress;
  /** The file with what the servers' storage holds. @default where it is in the orchestrator's container */
  storageFile?: string;
  /** The engine's volumes, as this process sees them. @default where they are in the orchestrator's container */
  volumesFolder?: string;
  /** The name of the orchestrator's own container. @default the stack's name for it */
  self?: string;
}

/** Everything here that talks to the Docker API. */
export interface ServersParts {
  /** All of them, wherever they run. */
  servers: FollowedServers;
  containers: DockerServers;
  remote: RemoteServers;
  stats: StatsPoller;
  storage: StorageUse;
  lifecycle: Lifecycle;
  deployer: Deployer;
  learner: Learner;
  sbom: Sbom;
  cleanup: Cleanup;
  egress: EgressLog;
  engine: Engine;
  /** Rejects when the engine does not answer. */
  ping: () => Promise<unknown>;
  /** Ends all connections to the engine. */
  close(): void;
}

/** Puts the parts together, looks for the servers, and ends deployments that a killed orchestrator left half done. */
export async function createServers(options: ServersOptions): Promise<ServersParts> {
  const { config, events, log, engine = { socketPath: PATHS.dockerSocket }, volumesFolder = PATHS.volumes } = options;
  const { storageFile = PATHS.storage, self } = options;
  const { stack, deploy: policy } = config;
  const client = engineClient(engine);
  const stats = new StatsPoller(client, stack, log);
  const networks = new OwnNetworks(client, stack, log, self);
  const memory = (name: string) => stats.memory(name);
  const containers = new DockerServers({ client, stack, events, log, volumesFolder, networks, memory });
  const remote = new RemoteServers({ client, stack, events, log, volumesFolder, networks });
  const servers = new AllServers([containers, remote]);
  const storage = new StorageUse(storageFile, () => servers.list(), log);
  const deployer = new Deployer({
    client,
    servers: containers,
    elsewhere: () => remote.list(),
    policy,
    stack,
    storage: () => storage.list(),
    events,
    log,
  });
  const learner = new Learner({ client, servers: containers, deployer, stack, log });
  await containers.start();
  await remote.start();
  stats.start();
  await storage.start();
  // Without an answer from the daemon the orchestrator starts all the same, and finds the servers when the daemon is
  // back.
  await deployer
    .recover()
    .catch((error) => log.warn({ reason: reasonOf(error) }, "deployments: not checked for interrupted ones"));
  await learner.recover();
  return {
    servers,
    containers,
    remote,
    stats,
    storage,
    lifecycle: new Lifecycle(client, containers, (name) => remote.get(name) !== undefined),
    deployer,
    learner,
    sbom: new Sbom(client, config.version),
    cleanup: new Cleanup({ client, stack, busy: () => deployer.busy, storage: () => storage.list(), log }),
    egress: new EgressLog(client),
    engine: new Engine(client),
    ping: () => client.api.ping(),
    close: () => {
      containers.close();
      remote.close();
      learner.close();
      stats.close();
      storage.close();
      client.close();
    },
  };
}
