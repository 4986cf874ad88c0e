import { firstHost, hostAt } from "../../lib/addresses";

/** A network's block, and the address of the engine in it. */
export interface Subnet {
  subnet: string;
  gateway: string;
}

/** What the engine uses inside; its own network on the host must not touch it (docs/architecture.md, "Addresses"). */
export const INNER_SUBNETS = {
  /** The default bridge, and networks that nobody gave a subnet. */
  engine: "10.213.0.0/16",
  /** The networks declared inside: /28 blocks, one for each system or server user. */
  servers: "10.214.0.0/16",
};

const BLOCK_PREFIX = 28;
const BLOCK_SIZE = 2 ** (32 - BLOCK_PREFIX);
/** The user whose block is the first. */
const FIRST_UID = 10_900;

/** The block of a server's or system container's network. One user id a server, so no two share one. @throws RangeError */
export function serverSubnet(uid: number): Subnet {
  const subnet = `${hostAt(INNER_SUBNETS.servers, (uid - FIRST_UID) * BLOCK_SIZE)}/${BLOCK_PREFIX}`;
  return { subnet, gateway: firstHost(subnet) };
}
