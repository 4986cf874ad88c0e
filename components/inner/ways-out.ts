import type { Settings } from "../../config/settings";
import { parseBlock } from "../../lib/addresses";
import { OUTBOUND, PROXY_ADDRESS, RELAY_ADDRESS } from "../../manifest/proxy/outbound";
import type { EngineSettings } from "../engine/engine-container";
import { GATEWAY, GATEWAY_ADDRESS } from "./orchestrator";

/** Says which subnets inside the engine its firewall and DNS forwarder let out (images/engine/firewall.sh). */
export function waysOut({
  databaseDsn,
  oauth,
  tracingEndpoint,
  privateHosts,
  registrySearch,
  serverRegistry,
  npmRegistry,
  pypiIndex,
  consul,
}: Pick<
  Settings,
  | "databaseDsn"
  | "oauth"
  | "tracingEndpoint"
  | "privateHosts"
  | "registrySearch"
  | "serverRegistry"
  | "npmRegistry"
  | "pypiIndex"
  | "consul"
>): Pick<EngineSettings, "dnsFor" | "inboundOnly" | "privateEgressFrom" | "egressTo"> {
  // To the issuer of tokens and to a collector of traces. Private addresses too, because these are often on one.
  const asks = oauth !== undefined || tracingEndpoint !== "";
  const registries = [registrySearch ? serverRegistry : "", npmRegistry, pypiIndex].filter((url) => url !== "");
  const searched = [...new Set(registries.map(portOf))].sort((a, b) => a - b);
  const orchestrator = asks || registries.length > 0;
  const ports = new Set(
    Object.values(privateHosts).flatMap((hosts) => hosts.map((host) => Number(host.split(":")[1]))),
  );
  const agent = consul && new URL(consul.address);
  const byName = agent !== undefined && parseBlock(agent.hostname) === undefined;
  return {
    dnsFor: [OUTBOUND.subnet, ...(orchestrator || byName ? [GATEWAY.subnet] : [])],
    inboundOnly: orchestrator ? [] : [GATEWAY.subnet],
    privateEgressFrom: [
      ...(databaseDsn ? [`${RELAY_ADDRESS}/32`] : []), // an operator's own database
      ...(asks ? [`${GATEWAY_ADDRESS}/32`] : []),
      ...(asks ? [] : searched.map((port) => `${GATEWAY_ADDRESS}/32:${port}`)),
      ...[...ports].sort((a, b) => a - b).map((port) => `${PROXY_ADDRESS}/32:${port}`), // squid knows which hosts
    ],
    // To Consul's agent and nothing else. The firewall knows no names: with one, to its port wherever that is.
    egressTo: agent
      ? [`${GATEWAY_ADDRESS}/32=${byName ? "0.0.0.0/0" : `${agent.hostname}/32`}:${portOf(agent.href)}`]
      : [],
  };
}

function portOf(address: string): number {
  const { port, protocol } = new URL(address);
  return Number(port) || (protocol === "https:" ? 443 : 80);
}
