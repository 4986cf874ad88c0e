import { BlockList, isIP } from "node:net";

interface Block {
  base: string;
  prefix: number;
  family: "ipv4" | "ipv6";
}

/** Reads an address, or a block like 10.0.0.0/8 or fd00::/8. @returns undefined when it is neither */
function parse(block: string): Block | undefined {
  const [base = "", prefix, ...rest] = block.split("/");
  const version = isIP(base);
  const bits = version === 6 ? 128 : 32;
  const length = prefix === undefined ? bits : Number(/^\d+$/.test(prefix) ? prefix : NaN);
  if (version === 0 || rest.length > 0 || !(length <= bits)) return undefined;
  return { base, prefix: length, family: version === 6 ? "ipv6" : "ipv4" };
}

/** True for an address, or a block of them. */
export function isBlock(text: string): boolean {
  return parse(text) !== undefined;
}

/** True when one of the blocks holds the address; a malformed one holds none. */
export function isIn(address: string, blocks: string[]): boolean {
  const list = new BlockList();
  for (const text of blocks) {
    const block = parse(text);
    if (block) list.addSubnet(block.base, block.prefix, block.family);
  }
  const one = parse(address);
  return one !== undefined && list.check(one.base, one.family);
}

/** True when two blocks share an address: then one of them holds the other's. False when one is malformed. */
export function overlap(a: string, b: string): boolean {
  const [one, other] = [parse(a), parse(b)];
  if (!one || !other || one.family !== other.family) return false;
  return isIn(one.base, [b]) || isIn(other.base, [a]);
}
