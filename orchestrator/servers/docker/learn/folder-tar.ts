/** A folder in an archive. */
export interface TarFolder {
  /** Absolute, without a slash at the end: "/", "/var/lib". */
  path: string;
  mode: number;
  uid: number;
  gid: number;
}

const BLOCK = 512;
const LONG_NAME = 100;
/** Folders of an image that are kept, and bytes of an entry that describes the next one. Who made the image chose both. */
export const MOST_FOLDERS = 50_000;
const MOST_DESCRIPTION = 64 * 1024;

/** An image that no copy can be made of. */
export class UnusualImageError extends Error {}

/**
 * Walks through a tar archive as it comes and keeps no content.
 * @returns its folders, and those of them that have something in them
 * @throws UnusualImageError for more folders, or longer names, than images have
 */
export async function readFolders(
  archive: AsyncIterable<Buffer>,
): Promise<{ folders: Map<string, TarFolder>; filled: Set<string> }> {
  const folders = new Map<string, TarFolder>();
  const filled = new Set<string>();
  /** The name in an entry of its own before the one that it belongs to. */
  let longName: string | undefined;
  const take = (header: Buffer, content: Buffer): void => {
    const kind = String.fromCharCode(header[156] ?? 0);
    if (kind === "x") longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(content.toString("utf8"))?.[1] ?? longName;
    else if (kind === "L") longName = text(content, 0, content.length);
    if (kind === "x" || kind === "L" || kind === "g") return;
    const prefix = text(header, 257, 5) === "ustar" && text(header, 345, 155);
    const path = absolute(longName ?? `${prefix ? `${prefix}/` : ""}${text(header, 0, LONG_NAME)}`);
    longName = undefined;
    if (path !== "/") filled.add(path.slice(0, path.lastIndexOf("/")) || "/");
    if (kind !== "5") return;
    if (folders.size >= MOST_FOLDERS) throw new UnusualImageError(`its image has more than ${MOST_FOLDERS} folders`);
    folders.set(path, { path, mode: octal(header, 100, 8), uid: octal(header, 108, 8), gid: octal(header, 116, 8) });
  };
  await eachEntry(archive, take);
  return { folders, filled };
}

/** Calls `take` with each header, and with the content of those entries that say something about the next. */
async function eachEntry(
  archive: AsyncIterable<Buffer>,
  take: (header: Buffer, content: Buffer) => void,
): Promise<void> {
  let rest: Buffer = Buffer.alloc(0);
  let skip = 0;
  for await (const chunk of archive) {
    if (skip >= chunk.length) {
      skip -= chunk.length;
      continue;
    }
    rest = rest.length === 0 ? chunk.subarray(skip) : Buffer.concat([rest, chunk.subarray(skip)]);
    skip = 0;
    while (rest.length >= BLOCK) {
      const header = rest.subarray(0, BLOCK);
      if (header[0] === 0) return;
      const size = octal(header, 124, 12);
      const padded = Math.ceil(size / BLOCK) * BLOCK;
      const describes = "xLg".includes(String.fromCharCode(header[156] ?? 0));
      if (describes && size > MOST_DESCRIPTION) throw new UnusualImageError("its image has a name of more than 64 KiB");
      if (describes && rest.length < BLOCK + padded) break;
      take(header, describes ? rest.subarray(BLOCK, BLOCK + size) : Buffer.alloc(0));
      skip = Math.max(0, BLOCK + padded - rest.length);
      rest = rest.subarray(Math.min(rest.length, BLOCK + padded));
    }
  }
}

/** Packs folders without what is in them: where they are unpacked, folders that are there get these modes and owners. */
export function packFolders(folders: Iterable<TarFolder>): Buffer {
  const blocks: Buffer[] = [];
  for (const folder of folders) {
    const name = Buffer.from(`${folder.path.slice(1)}/`.replace(/^\/$/, "./"));
    if (name.length > LONG_NAME) {
      const content = Buffer.concat([name, Buffer.alloc(BLOCK - (name.length % BLOCK))]);
      blocks.push(
        header(Buffer.from("././@LongLink"), "L", { ...folder, mode: 0, uid: 0, gid: 0 }, name.length + 1),
        content,
      );
    }
    blocks.push(header(name.subarray(0, LONG_NAME), "5", folder, 0));
  }
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(name: Buffer, kind: string, { mode, uid, gid }: TarFolder, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const number = (value: number, at: number, digits: number): void => {
    block.write(`${value.toString(8).padStart(digits, "0")}\0`, at);
  };
  name.copy(block);
  number(mode, 100, 7);
  number(uid, 108, 7);
  number(gid, 116, 7);
  number(size, 124, 11);
  number(0, 136, 11);
  block.write("        ", 148); // the checksum counts itself as spaces
  block.write(kind, 156);
  block.write("ustar  \0", 257); // GNU's form, which has long names
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function text(block: Buffer, at: number, length: number): string {
  return block.toString("utf8", at, at + length).replace(/\0.*$/s, "");
}

/** A number in a header; one too large for octal digits is in base 256. */
function octal(block: Buffer, at: number, length: number): number {
  if (((block[at] ?? 0) & 128) === 0) return Number.parseInt(text(block, at, length).trim() || "0", 8);
  return [...block.subarray(at + 1, at + length)].reduce((value, byte) => value * 256 + byte, 0);
}

function absolute(name: string): string {
  return `/${name.replace(/^(\.?\/)+/, "").replace(/^\.$/, "")}`.replace(/(.)\/+$/, "$1");
}
