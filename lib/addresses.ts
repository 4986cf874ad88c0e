import { isIP, isIPv4 } from "node:net";

/** A block of IPv4 (32 bits) or IPv6 (128 bits) addresses: its first one as a number, and the length of its prefix. */
export interface Block {
  bits: 32 | 128;
  first: bigint;
  prefix: number;
}

/** IPv4 addresses inside IPv6: ::ffff:0:0/96. */
const MAPPED = 0xffffn;

/** The digits of an address in a base, as one number. */
function joined(digits: number[], bitsOfOne: bigint): bigint {
  return digits.reduce((sum, digit) => (sum << bitsOfOne) | BigInt(digit), 0n);
}

/** The eight numbers of an IPv6 address; its last 32 bits may be written as an IPv4 address. */
function groups(text: string): number[] {
  const [left = [], right] = text.split("::").map((half) =>
    half.split(":").flatMap((part) => {
      if (part === "") return [];
      if (!isIPv4(part)) return [Number.parseInt(part, 16)];
      const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
      return [a * 256 + b, c * 256 + d];
    }),
  );
  return right ? [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right] : left;
}

/** The block of a prefix's length that an address is in. */
function around(bits: Block["bits"], address: bigint, prefix: number): Block {
  const host = BigInt(bits - prefix);
  return { bits, first: (address >> host) << host, prefix };
}

/**
 * Reads `10.0.0.0/8` or `fd00::/8`; a plain address counts as a block of one. Bits behind the prefix do not count, and
 * an IPv4 address mapped into IPv6 is that IPv4 address.
 * @returns undefined when malformed
 */
export function parseBlock(text: string): Block | undefined {
  const [, address = "", length] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  const bits = version === 6 ? 128 : 32;
  const prefix = length === undefined ? bits : Number(length);
  if (version === 0 || prefix > bits) return undefined;
  if (version === 4) return around(32, joined(address.split(".").map(Number), 8n), prefix);
  const value = joined(groups(address), 16n);
  const mapped = value >> 32n === MAPPED && prefix >= 96;
  return mapped ? around(32, value & 0xffff_ffffn, prefix - 96) : around(128, value, prefix);
}

/** Reads an IPv4 block in its one form. @returns undefined when malformed, or when bits behind the prefix are set */
export function parseCidr(text: string): Block | undefined {
  const block = /^[\d.]+\/(0|[1-9]\d?)$/.test(text) ? parseBlock(text) : undefined;
  return block && formatBlock(block) === text ? block : undefined;
}

function formatAddress({ bits, first }: Block): string {
  const [size, radix, between] = bits === 32 ? ([8, 10, "."] as const) : ([16, 16, ":"] as const);
  const shifts = Array.from({ length: bits / size }, (_, index) => BigInt(bits - size * (index + 1)));
  return shifts.map((shift) => ((first >> shift) & ((1n << BigInt(size)) - 1n)).toString(radix)).join(between);
}

/** A block as text; an IPv6 one with all of its eight numbers. */
function formatBlock(block: Block): string {
  return `${formatAddress(block)}/${block.prefix}`;
}

/** True when the block or address `inner` lies inside the block `outer`. False when one is malformed. */
export function contains(outer: string, inner: string): boolean {
  const [o, i] = [parseBlock(outer), parseBlock(inner)];
  if (!o || !i || i.bits !== o.bits || i.prefix < o.prefix) return false;
  return around(i.bits, i.first, o.prefix).first === o.first;
}

/** True when two blocks share an address: then one holds the other. False when one is malformed. */
export function overlaps(a: string, b: string): boolean {
  return contains(a, b) || contains(b, a);
}

/** The address at a place in an IPv4 block; 0 is the network itself. @throws RangeError */
export function hostAt(cidr: string, index: number): string {
  const block = parseCidr(cidr);
  if (!block) throw new RangeError(`got ${JSON.stringify(cidr)}, expected an IPv4 block like 10.0.0.0/24`);
  const size = 2 ** (32 - block.prefix);
  if (!Number.isInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`got address ${index} of ${cidr}, expected 0 to ${size - 1}`);
  }
  return formatAddress({ ...block, first: block.first + BigInt(index) });
}

/** The first address for a host: by our convention the gateway. @throws RangeError */
export function firstHost(cidr: string): string {
  return hostAt(cidr, 1);
}

/**
 * What counts as one client: an IPv4 address, or the /64 of an IPv6 one, which a single machine has all of.
 * @param address as a socket names it; another text is handed back
 */
export function clientNetwork(address: string): string {
  const block = parseBlock(address.replace(/%.*$/, ""));
  if (!block) return address;
  return formatBlock(block.bits === 32 ? block : around(128, block.first, 64));
}
