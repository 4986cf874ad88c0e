/** What the header of a regular file in a tar archive says. */
export interface TarHeader {
  /** At most 100 bytes: the oldest form of the header holds no more. */
  name: string;
  /** Bytes of its content. */
  size: number;
  /** @default 0o400 */
  mode?: number;
  /** Number of its user and group. @default 0 */
  uid?: number;
}

export const TAR_BLOCK = 512;
/** Bytes of a name that a header holds. */
export const TAR_NAME = 100;

/** What comes behind the last file. */
export const TAR_END = Buffer.alloc(2 * TAR_BLOCK);

/** Bytes between a content of that size and the next header. */
export const tarPadding = (size: number): number => (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;

/** The header of a regular file. @throws RangeError when the name is too long */
export function tarHeader({ name, size, mode = 0o400, uid = 0 }: TarHeader): Buffer {
  if (Buffer.byteLength(name) > TAR_NAME) throw new RangeError(`got ${name}, expected at most ${TAR_NAME} bytes`);
  const block = Buffer.alloc(TAR_BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  block.write(name, 0, TAR_NAME, "utf8");
  block.write(octal(mode, 7), 100);
  block.write(octal(uid, 7), 108);
  block.write(octal(uid, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(Math.floor(Date.now() / 1_000), 11), 136);
  block.write("0", 156); // a regular file
  block.write("ustar\0" + "00", 257);
  return withTarSum(block);
}

/** A copy of a header, of a file or folder of another owner. */
export function withOwner(block: Buffer, uid: number): Buffer {
  const copy = Buffer.from(block);
  for (const at of [108, 116]) copy.write(`${uid.toString(8).padStart(7, "0")}\0`, at);
  return withTarSum(copy);
}

/** Writes a header's checksum into it. @returns the same block */
export function withTarSum(block: Buffer): Buffer {
  block.write("        ", 148); // it counts itself as spaces
  block.write(`${sumOf(block).toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** A text in a header, up to its NUL. */
export function tarText(block: Buffer, from: number, length: number): string {
  return block.toString("utf8", from, from + length).replace(/\0.*$/s, "");
}

/** A header that was read. `type` is "0" for a regular file. */
export interface ReadHeader {
  name: string;
  size: number;
  type: string;
  /** False for a block that is no header. */
  sound: boolean;
}

/** Reads a header; undefined for the archive's end. */
export function readTarHeader(block: Buffer): ReadHeader | undefined {
  if (block[0] === 0) return undefined;
  const text = (from: number, length: number): string => tarText(block, from, length);
  const copy = Buffer.from(block);
  copy.fill(" ", 148, 156);
  const size = Number.parseInt(text(124, 12).trim() || "0", 8);
  const sound = Number.parseInt(text(148, 8).trim(), 8) === sumOf(copy) && size >= 0;
  return { name: text(0, TAR_NAME), size, type: text(156, 1) || "0", sound };
}

const sumOf = (block: Buffer): number => block.reduce((total, byte) => total + byte, 0);
