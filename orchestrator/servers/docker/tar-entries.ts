import { TAR_BLOCK, TAR_NAME, tarPadding, tarText } from "../../../lib/tar";
/** An image that is like no other: what should be short is endless. */
export class UnusualImageError extends Error {}

/** An entry of an archive. */
export interface TarEntry {
  /** Absolute, without a slash at the end. */
  path: string;
  /** "0" a file, "5" a folder, and so on. */
  kind: string;
  header: Buffer;
  /** Of entries that were wanted; of all others empty. */
  content: Buffer;
}

/** Bytes of an entry that describes the next one. Who made the image chose how many there are. */
const MOST_DESCRIPTION = 64 * 1024;

/**
 * Walks through a tar archive as it comes, and keeps the content of those entries alone that are wanted.
 * @param wanted gets an entry's path and bytes; it is to refuse what is large @default none is
 * @throws UnusualImageError for longer names than images have
 */
export async function* tarEntries(
  archive: AsyncIterable<Buffer>,
  wanted: (path: string, size: number) => boolean = () => false,
): AsyncGenerator<TarEntry> {
  let rest: Buffer = Buffer.alloc(0);
  let skip = 0;
  /** The name in an entry of its own before the one that it belongs to. */
  let longName: string | undefined;
  for await (const chunk of archive) {
    if (skip >= chunk.length) {
      skip -= chunk.length;
      continue;
    }
    rest = rest.length === 0 ? chunk.subarray(skip) : Buffer.concat([rest, chunk.subarray(skip)]);
    skip = 0;
    while (rest.length >= TAR_BLOCK) {
      const header = rest.subarray(0, TAR_BLOCK);
      if (header[0] === 0) return;
      const size = octal(header, 124, 12);
      const padded = size + tarPadding(size);
      const kind = tarText(header, 156, 1) || "0";
      const describes = "xLg".includes(kind);
      if (describes && size > MOST_DESCRIPTION) throw new UnusualImageError("its image has a name of more than 64 KiB");
      const path = longName ?? nameOf(header);
      const isWanted = describes || (kind === "0" && wanted(absolute(path), size));
      if (isWanted && rest.length < TAR_BLOCK + padded) break;
      const content = isWanted ? rest.subarray(TAR_BLOCK, TAR_BLOCK + size) : Buffer.alloc(0);
      skip = Math.max(0, TAR_BLOCK + padded - rest.length);
      rest = rest.subarray(Math.min(rest.length, TAR_BLOCK + padded));
      if (kind === "x") longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(content.toString("utf8"))?.[1] ?? longName;
      else if (kind === "L") longName = tarText(content, 0, content.length);
      if (describes) continue;
      longName = undefined;
      yield { path: absolute(path), kind, header, content };
    }
  }
}

function nameOf(header: Buffer): string {
  const prefix = tarText(header, 257, 5) === "ustar" && tarText(header, 345, 155);
  return `${prefix ? `${prefix}/` : ""}${tarText(header, 0, TAR_NAME)}`;
}

/** A number in a header; one too large for octal digits is in base 256. */
export function octal(block: Buffer, at: number, length: number): number {
  if (((block[at] ?? 0) & 128) === 0) return Number.parseInt(tarText(block, at, length).trim() || "0", 8);
  return [...block.subarray(at + 1, at + length)].reduce((value, byte) => value * 256 + byte, 0);
}

function absolute(name: string): string {
  return `/${name.replace(/^(\.?\/)+/, "").replace(/^\.$/, "")}`.replace(/(.)\/+$/, "$1");
}
