import { hostAt } from "../../lib/addresses";
import { serverSubnet } from "../container/subnets";

/** The user of the egress proxies. */
export const PROXY_UID = 10_902;
/** The way out of the engine, for the egress proxies and the database relay alone. */
export const OUTBOUND = { name: "mcp-outbound", ...serverSubnet(PROXY_UID), internal: false };
/** Where the egress proxy sends from; it may reach private addresses at the ports of granted hosts. */
export const PROXY_ADDRESS = hostAt(OUTBOUND.subnet, 2);
/** The one inner address that may reach private addresses outside the engine: an operator's own database. */
export const RELAY_ADDRESS = hostAt(OUTBOUND.subnet, 3);
/** Where the proxy of a copy that learns sends from; the firewall lets it reach no private address at all. */
export const LEARNING_ADDRESS = hostAt(OUTBOUND.subnet, 4);
