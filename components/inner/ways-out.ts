import type { Settings } from "../../config/settings";
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
}: Pick<
  Settings,
  "databaseDsn" | "oauth" | "tracingEndpoint" | "privateHosts" | "registrySearch" | "serverRegistry"
>): Pick<EngineSettings, "dnsFor" | "inboundOnly" | "privateEgressFrom"> {
  // To the issuer of tokens and to a collector of traces. Private addresses too, because these are often on one.
  const asks = oauth !== undefined || tracingEndpoint !== "";
  const orchestrator = asks || registrySearch;
  const ports = new Set(
    Object.values(privateHosts).flatMap((hosts) => hosts.map((host) => Number(host.split(":")[1]))),
  );
  return {
    dnsFor: [OUTBOUND.subnet, ...(orchestrator ? [GATEWAY.subnet] : [])],
    inboundOnly: orchestrator ? [] : [GATEWAY.subnet],
    privateEgressFrom: [
      ...(databaseDsn ? [`${RELAY_ADDRESS}/32`] : []), // an operator's own database
      ...(asks ? [`${GATEWAY_ADDRESS}/32`] : []),
      ...(registrySearch && !asks ? [`${GATEWAY_ADDRESS}/32:${portOf(serverRegistry)}`] : []),
      ...[...ports].sort((a, b) => a - b).map((port) => `${PROXY_ADDRESS}/32:${port}`), // squid knows which hosts
    ],
  };
}

function portOf(address: string): number {
  const { port, protocol } = new URL(address);
  return Number(port) || (protocol === "https:" ? 443 : 80);
}
