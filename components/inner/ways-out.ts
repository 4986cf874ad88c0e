import type { Settings } from "../../config/settings";
import type { EngineSettings } from "../engine/engine-container";
import { OUTBOUND, RELAY_ADDRESS } from "./fleet";
import { GATEWAY, GATEWAY_ADDRESS } from "./orchestrator";

/** Which subnets inside the engine its firewall and its DNS forwarder let out (images/engine/firewall.sh). */
export function waysOut({
  databaseDsn,
  oauth,
  tracingEndpoint,
}: Pick<Settings, "databaseDsn" | "oauth" | "tracingEndpoint">): Pick<
  EngineSettings,
  "dnsFor" | "inboundOnly" | "privateEgressFrom"
> {
  // To the issuer of tokens, to a collector of traces: private addresses as well, where such things often are.
  const orchestrator = oauth !== undefined || tracingEndpoint !== "";
  return {
    dnsFor: [OUTBOUND.subnet, ...(orchestrator ? [GATEWAY.subnet] : [])],
    inboundOnly: orchestrator ? [] : [GATEWAY.subnet],
    privateEgressFrom: [
      ...(databaseDsn ? [`${RELAY_ADDRESS}/32`] : []), // an operator's own database
      ...(orchestrator ? [`${GATEWAY_ADDRESS}/32`] : []),
    ],
  };
}
