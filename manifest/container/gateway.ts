import { hostAt } from "../../lib/addresses";
import { serverSubnet } from "./subnets";

/** The user of the management layer. */
export const ORCHESTRATOR_UID = 10_901;
/**
 * Clients reach the published ports through this network, so it is not internal. The engine's firewall closes its way
 * out.
 */
export const GATEWAY = { name: "mcp-gateway", ...serverSubnet(ORCHESTRATOR_UID), internal: false };
/** The orchestrator listens on this address alone, and not in the networks of servers, which it joins as a client. */
export const GATEWAY_ADDRESS = hostAt(GATEWAY.subnet, 2);
/** The embedded Consul agent's address there. */
export const CONSUL_ADDRESS = hostAt(GATEWAY.subnet, 3);
/** The embedded Kong's address there. */
export const KONG_ADDRESS = hostAt(GATEWAY.subnet, 4);
