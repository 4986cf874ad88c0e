import { join } from "node:path";
import { type OrchestratorConfig, PATHS } from "../../config/orchestrator-config";
import type { Events } from "../events";
import type { Gateway } from "../gateway/gateway-api";
import type { Log } from "../log";
import type { FollowedServers } from "../servers/server-info";
import { consulAccess } from "./consul/access";
import { Registrar, type RegistrarState } from "./consul/registrar";
import { fleetId } from "./fleet-id";
import { fleetModel } from "./fleet-model";
import { ToolsDigests } from "./tools-digests";

export interface DiscoveryOptions {
  config: Pick<OrchestratorConfig, "consul" | "publicUrl" | "version" | "oauth" | "stack">;
  servers: Pick<FollowedServers, "list" | "onChange" | "synced" | "connected">;
  gateway: Pick<Gateway, "tools" | "protocols">;
  events: Pick<Events, "subscribe">;
  log: Pick<Log, "info" | "warn">;
  /** Folder of the fleet's id. @default the orchestrator's volume */
  stateFolder?: string;
  /** File of Consul's token. @default where the stack writes it */
  secretsFile?: string;
}

/** Where the fleet is announced. */
export interface Discovery {
  /** Undefined: the config names no Consul. */
  consul(): (RegistrarState & { address: string }) | undefined;
  /** Takes back what is announced. */
  close(): Promise<void>;
}

/** Announces the fleet wherever the config says, from now on. */
export function createDiscovery(options: DiscoveryOptions): Discovery {
  const { config, servers, gateway, events, log, stateFolder = PATHS.state, secretsFile = PATHS.consul } = options;
  const { consul, stack } = config;
  if (!consul) return { consul: () => undefined, close: async () => {} };
  const { address, datacenter, prefix } = consul;
  const fleet = fleetId(join(stateFolder, "fleet-id"), (error) => log.warn({ error }, "the fleet's id is not kept"));
  const digests = new ToolsDigests(gateway, () => registrar.changed());
  const registrar = new Registrar({
    ...{ registrant: { fleet, stack, prefix }, datacenter, agent: consulAccess({ address }, secretsFile) },
    members: () => {
      if (!servers.synced) return undefined;
      const toolsDigest = digests.of.bind(digests);
      const { protocols } = gateway;
      return fleetModel({ config, protocols, servers: servers.list(), engineAnswers: servers.connected, toolsDigest });
    },
    onTurn: (reason) =>
      reason === undefined
        ? log.info({ address }, "consul: the fleet is registered")
        : log.warn({ reason }, "consul: the fleet is not registered as it should be"),
  });
  const ends = [
    servers.onChange((name, current) => {
      if (!current) digests.forget(name);
      registrar.changed();
    }),
    events.subscribe((event) => digests.hear(event)),
  ];
  registrar.start();
  return {
    consul: () => ({ address, ...registrar.state() }),
    close: async () => {
      for (const end of ends) end();
      await registrar.close();
    },
  };
}
