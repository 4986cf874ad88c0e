import { isEmbeddedConsul } from "../../config/keys/consul";
import { PORTS } from "../../config/ports";
import type { Settings } from "../../config/settings";
import { parseBlock } from "../../lib/addresses";
import { CONSUL_ADDRESS, GATEWAY, GATEWAY_ADDRESS, KONG_ADDRESS } from "../../manifest/container/gateway";
import { OUTBOUND, PROXY_ADDRESS, RELAY_ADDRESS } from "../../manifest/proxy/outbound";
import type { EngineSettings } from "../engine/engine-container";

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
  kong,
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
  | "kong"
>): Pick<EngineSettings, "dnsFor" | "inboundOnly" | "privateEgressFrom" | "egressTo" | "publishedFor"> {
  // To the issuer of tokens and to a collector of traces. Private addresses too, because these are often on one.
  const asks = oauth !== undefined || tracingEndpoint !== "";
  const registries = [registrySearch ? serverRegistry : "", npmRegistry, pypiIndex].filter((url) => url !== "");
  const searched = [...new Set(registries.map(portOf))].sort((a, b) => a - b);
  const orchestrator = asks || registries.length > 0;
  const ports = new Set(
    Object.values(privateHosts).flatMap((hosts) => hosts.map((host) => Number(host.split(":")[1]))),
  );
  const hasConsul = isEmbeddedConsul(consul);
  const embedded = [...(hasConsul ? [CONSUL_ADDRESS] : []), ...(kong?.embedded ? [KONG_ADDRESS] : [])];
  const agent = consul && !hasConsul ? new URL(consul.address) : undefined;
  const byName = agent !== undefined && parseBlock(agent.hostname) === undefined;
  return {
    dnsFor: [OUTBOUND.subnet, ...(orchestrator || byName ? [GATEWAY.subnet] : [])],
    inboundOnly: orchestrator ? embedded.map((address) => `${address}/32`) : [GATEWAY.subnet],
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
    publishedFor: [
      ...(hasConsul ? [`${GATEWAY_ADDRESS}=${CONSUL_ADDRESS}:${PORTS.consul}`] : []),
      ...(kong?.embedded ? [`${KONG_ADDRESS}=${GATEWAY_ADDRESS}:${PORTS.api}`] : []),
    ],
  };
}

function portOf(address: string): number {
  const { port, protocol } = new URL(address);
  return Number(port) || (protocol === "https:" ? 443 : 80);
}
