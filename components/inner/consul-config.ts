import { PORTS } from "../../config/ports";
import { CONSUL_ADDRESS } from "../../manifest/container/gateway";

/** Where an agent keeps its data, and listens. */
export interface AgentPlace {
  /** @default the folder of its image */
  dataFolder?: string;
  /** Addresses of its HTTP API. @default in its container: loopback for the health check, and the orchestrator's network */
  addresses?: string[];
  /** Ports. @default those inside its container */
  ports?: { http: number; serf_lan?: number; server?: number };
}

/**
 * The configuration of an agent that is its own server: nothing is allowed without a token, and nobody speaks with it but
 * by the HTTP API. Pure.
 * @param token may do everything; secret
 */
export function agentConfig(token: string, place: AgentPlace = {}): Record<string, unknown> {
  const { dataFolder = "/consul/data", addresses = ["127.0.0.1", CONSUL_ADDRESS], ports } = place;
  return {
    ...{ server: true, bootstrap: true, node_name: "dind-mcp", datacenter: "dc1", data_dir: dataFolder },
    // Other agents, and RPC: none.
    bind_addr: "127.0.0.1",
    client_addr: addresses.join(" "),
    ports: { dns: -1, grpc: -1, grpc_tls: -1, serf_wan: -1, ...(ports ?? { http: PORTS.consul }) },
    acl: { enabled: true, default_policy: "deny", tokens: { initial_management: token, agent: token } },
    // The other backend takes 64 MB of its memory for the first entry.
    raft_logstore: { backend: "boltdb" },
    connect: { enabled: false },
    performance: { raft_multiplier: 1 },
    ...{ disable_update_check: true, disable_keyring_file: true, log_level: "warn" },
  };
}
