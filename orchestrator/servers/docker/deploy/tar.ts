/** A file of a tar archive. */
export interface TarFile {
  /** At most 100 bytes: the oldest form of the header holds no more. */
  name: string;
  content: Buffer;
}

const BLOCK = 512;

function header({ name, content }: TarFile, uid: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
  block.write(name, 0, 100, "utf8");
  block.write(octal(0o400, 7), 100);
  block.write(octal(uid, 7), 108);
  block.write(octal(uid, 7), 116);
  block.write(octal(content.length, 11), 124);
  block.write(octal(Math.floor(Date.now() / 1_000), 11), 136);
  block.write("        ", 148); // the checksum counts itself as spaces
  block.write("0", 156); // a regular file
  block.write("ustar\0" + "00", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** Packs small files, with mode 0400 and one owner. @throws RangeError when a name is too long */
export function packTar(files: TarFile[], uid: number): Buffer {
  const blocks = files.flatMap((file) => {
    if (Buffer.byteLength(file.name) > 100) throw new RangeError(`got ${file.name}, expected at most 100 bytes`);
    const padding = Buffer.alloc((BLOCK - (file.content.length % BLOCK)) % BLOCK);
    return [header(file, uid), file.content, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

/** Returns the regular files of an archive, each under the last part of its name. */
export function unpackTar(archive: Buffer): TarFile[] {
  const files: TarFile[] = [];
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0; ) {
    const text = (from: number, length: number): string =>
      archive.toString("utf8", at + from, at + from + length).replace(/\0.*$/s, "");
    const size = Number.parseInt(text(124, 12).trim() || "0", 8);
    const start = at + BLOCK;
    if (text(156, 1) === "0" || text(156, 1) === "") {
      files.push({ name: text(0, 100).split("/").at(-1) ?? "", content: archive.subarray(start, start + size) });
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
