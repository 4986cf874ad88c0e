import { Readable } from "node:stream";
import type Docker from "dockerode";
import { MEBIBYTE } from "../../../../lib/sizes";
import { readTarHeader, TAR_BLOCK, tarPadding, withOwner } from "../../../../lib/tar";
import { ServerError, UncopyableError } from "../../server-error";

/** Bytes of storage that are copied at most; more would fill the disk for a look of some seconds. */
const MOST = 1_024 * MEBIBYTE;

/**
 * Copies what a server keeps into a copy of it that was not started yet, folder by folder. The server goes on: a file that
 * it is writing may arrive half written.
 * @param to.uid who owns what arrives
 * @throws ServerError 409 for more than 1 GiB
 */
export async function copyStorage(
  from: Docker.Container,
  into: Docker.Container,
  to: { folders: { path: string }[]; uid: number },
): Promise<void> {
  for (const { path } of to.folders) {
    const archive = (await from.getArchive({ path: `${path}/.` })) as unknown as AsyncIterable<Buffer>;
    await into.putArchive(Readable.from(owned(archive, to.uid)), { path });
  }
}

/** A tar archive whose entries have another owner. @throws ServerError 409 for one of more than `most` bytes */
export async function* owned(archive: AsyncIterable<Buffer>, uid: number, most = MOST): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  /** Bytes until the next header. */
  let content = 0;
  let total = 0;
  for await (const chunk of archive) {
    total += chunk.length;
    if (total > most)
      throw new UncopyableError(`its storage holds more than ${most / MEBIBYTE} MiB, too much to be copied`);
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (content > 0 ? rest.length > 0 : rest.length >= TAR_BLOCK) {
      if (content > 0) {
        const part = rest.subarray(0, content);
        content -= part.length;
        rest = rest.subarray(part.length);
        yield part;
        continue;
      }
      const block = rest.subarray(0, TAR_BLOCK);
      rest = rest.subarray(TAR_BLOCK);
      const header = readTarHeader(block);
      if (header && !header.sound) throw new ServerError(502, "the engine sent no tar archive of its storage");
      content = header ? header.size + tarPadding(header.size) : 0;
      yield header ? withOwner(block, uid) : block;
    }
  }
}
