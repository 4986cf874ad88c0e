import { firstHost, hostAt } from "../../lib/addresses";

/** A network's block, and the address of the engine in it. */
export interface Subnet {
  subnet: string;
  gateway: string;
}

/**
 * Addresses inside the engine. The engine's network on the host must not overlap them (docs/architecture.md,
 * "Addresses").
 */
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

/**
 * Returns the block for the network of a server or system container. Each has its own user id, so no two share a block.
 * @throws RangeError
 */
export function serverSubnet(uid: number): Subnet {
  const subnet = `${hostAt(INNER_SUBNETS.servers, (uid - FIRST_UID) * BLOCK_SIZE)}/${BLOCK_PREFIX}`;
  return { subnet, gateway: firstHost(subnet) };
}

/** Docker gives out a block's addresses from the lowest up, so this one stays free for the proxy. */
const PROXY_INDEX = BLOCK_SIZE - 2;

/** The egress proxy's address in a server's network. Programs that know no proxy find it by their hosts' names. */
export function proxyAddress(uid: number): string {
  return hostAt(serverSubnet(uid).subnet, PROXY_INDEX);
}

/** A companion's address in its server's network: from below the proxy's down, so that those that Docker gives out stay free. */
export function serviceAddress(uid: number, index: number): string {
  return hostAt(serverSubnet(uid).subnet, PROXY_INDEX - 1 - index);
}
