import { readTarHeader, TAR_BLOCK, TAR_END, tarHeader, tarPadding } from "./tar";

/** A file of a tar archive. */
export interface TarFile {
  /** At most 100 bytes. */
  name: string;
  content: Buffer;
}

/** Packs small files, with mode 0400 and one owner. @throws RangeError when a name is too long */
export function packTar(files: TarFile[], uid: number): Buffer {
  const blocks = files.flatMap(({ name, content }) => [
    tarHeader({ name, size: content.length, uid }),
    content,
    Buffer.alloc(tarPadding(content.length)),
  ]);
  return Buffer.concat([...blocks, TAR_END]);
}

/** Returns the regular files of an archive, each under the last part of its name. */
export function unpackTar(archive: Buffer): TarFile[] {
  const files: TarFile[] = [];
  for (let at = 0; at + TAR_BLOCK <= archive.length; ) {
    const header = readTarHeader(archive.subarray(at, at + TAR_BLOCK));
    if (!header) break;
    const { name, size, type } = header;
    const start = at + TAR_BLOCK;
    if (type === "0")
      files.push({ name: name.split("/").at(-1) ?? "", content: archive.subarray(start, start + size) });
    at = start + size + tarPadding(size);
  }
  return files;
}
