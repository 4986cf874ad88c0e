/** An IPv4 block: its first address as an unsigned number, and the length of its prefix. */
export interface Cidr {
  address: number;
  prefix: number;
}

/** A network's block, and the address of the engine in it. */
export interface Subnet {
  subnet: string;
  gateway: string;
}

/** The networks declared inside the engine: /28 blocks, one for each system or server user. */
const POOL = "10.214.0.0/16";
const BLOCK_PREFIX = 28;
const BLOCK_SIZE = 2 ** (32 - BLOCK_PREFIX);
/** The user whose block is the pool's first. */
const FIRST_UID = 10_900;

function parseAddress(text: string): number | undefined {
  const bytes = text.split(".");
  // No leading zeros: some readers take them as octal, so one text would mean two addresses.
  if (bytes.length !== 4 || !bytes.every((byte) => /^(0|[1-9]\d{0,2})$/.test(byte) && Number(byte) <= 255)) return;
  return bytes.reduce((address, byte) => address * 256 + Number(byte), 0);
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** Reads `10.0.0.0/8`. @returns undefined when malformed, or when bits behind the prefix are set */
export function parseCidr(text: string): Cidr | undefined {
  const [, host, length] = /^([\d.]+)\/(0|[1-9]\d?)$/.exec(text) ?? [];
  const address = parseAddress(host ?? "");
  const prefix = Number(length);
  if (address === undefined || prefix > 32 || address % 2 ** (32 - prefix) !== 0) return;
  return { address, prefix };
}

/** Like parseCidr; a plain address counts as a block of one. */
function parseBlock(text: string): Cidr | undefined {
  return parseCidr(text.includes("/") ? text : `${text}/32`);
}

/** True when the block or address `inner` lies inside the block `outer`. False when one is malformed. */
export function contains(outer: string, inner: string): boolean {
  const [o, i] = [parseBlock(outer), parseBlock(inner)];
  if (!o || !i || i.prefix < o.prefix) return false;
  return Math.floor(i.address / 2 ** (32 - o.prefix)) === Math.floor(o.address / 2 ** (32 - o.prefix));
}

/** True when two blocks share an address: then one holds the other. False when one is malformed. */
export function overlaps(a: string, b: string): boolean {
  return contains(a, b) || contains(b, a);
}

/** The address at a place in a block; 0 is the network itself. @throws RangeError */
export function hostAt(cidr: string, index: number): string {
  const block = parseCidr(cidr);
  if (!block) throw new RangeError(`got ${JSON.stringify(cidr)}, expected an IPv4 block like 10.0.0.0/24`);
  if (!Number.isInteger(index) || index < 0 || index >= 2 ** (32 - block.prefix)) {
    throw new RangeError(`got address ${index} of ${cidr}, expected 0 to ${2 ** (32 - block.prefix) - 1}`);
  }
  return formatAddress(block.address + index);
}

/** The first address for a host: by our convention the gateway. @throws RangeError */
export function firstHost(cidr: string): string {
  return hostAt(cidr, 1);
}

/** The block at a place in the pool. @throws RangeError when the pool has no such block */
export function subnetAt(index: number): Subnet {
  const subnet = `${hostAt(POOL, index * BLOCK_SIZE)}/${BLOCK_PREFIX}`;
  return { subnet, gateway: firstHost(subnet) };
}

/** The block of a server's or system container's network. One user id a server, so no two share one. @throws RangeError */
export function serverSubnet(uid: number): Subnet {
  return subnetAt(uid - FIRST_UID);
}
