import { TAR_BLOCK, TAR_END, TAR_NAME, withTarSum } from "../../../../lib/tar";
import { octal, tarEntries, UnusualImageError } from "../tar-entries";

/** A folder in an archive. */
export interface TarFolder {
  /** Absolute, without a slash at the end: "/", "/var/lib". */
  path: string;
  mode: number;
  uid: number;
  gid: number;
}

/** Folders of an image that are kept. Who made the image chose how many there are. */
export const MOST_FOLDERS = 50_000;

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
  for await (const { path, kind, header } of tarEntries(archive)) {
    if (path !== "/") filled.add(path.slice(0, path.lastIndexOf("/")) || "/");
    if (kind !== "5") continue;
    if (folders.size >= MOST_FOLDERS) throw new UnusualImageError(`its image has more than ${MOST_FOLDERS} folders`);
    folders.set(path, { path, mode: octal(header, 100, 8), uid: octal(header, 108, 8), gid: octal(header, 116, 8) });
  }
  return { folders, filled };
}

/** Packs folders without what is in them: where they are unpacked, folders that are there get these modes and owners. */
export function packFolders(folders: Iterable<TarFolder>): Buffer {
  const blocks: Buffer[] = [];
  for (const folder of folders) {
    const name = Buffer.from(`${folder.path.slice(1)}/`.replace(/^\/$/, "./"));
    if (name.length > TAR_NAME) {
      const content = Buffer.concat([name, Buffer.alloc(TAR_BLOCK - (name.length % TAR_BLOCK))]);
      blocks.push(
        header(Buffer.from("././@LongLink"), "L", { ...folder, mode: 0, uid: 0, gid: 0 }, name.length + 1),
        content,
      );
    }
    blocks.push(header(name.subarray(0, TAR_NAME), "5", folder, 0));
  }
  return Buffer.concat([...blocks, TAR_END]);
}

function header(name: Buffer, kind: string, { mode, uid, gid }: TarFolder, size: number): Buffer {
  const block = Buffer.alloc(TAR_BLOCK);
  const number = (value: number, at: number, digits: number): void => {
    block.write(`${value.toString(8).padStart(digits, "0")}\0`, at);
  };
  name.copy(block);
  number(mode, 100, 7);
  number(uid, 108, 7);
  number(gid, 116, 7);
  number(size, 124, 11);
  number(0, 136, 11);
  block.write(kind, 156);
  block.write("ustar  \0", 257); // GNU's form, which has long names
  return withTarSum(block);
}
