import { createHash } from "node:crypto";
import { TAR_END, tarHeader, tarPadding } from "../../../lib/tar";
import { type BackupManifest, HASHES, type Hashes, MANIFEST } from "./manifest";

/** A part of a backup: its content comes when it is asked for, and its size is not known before. */
export interface Part {
  /** Like `volumes/workspace.tar`. */
  name: string;
  open(): AsyncIterable<Uint8Array>;
}

/** Bytes of the pieces that a part is cut into: a tar header has the size, and a part's is known at its end. */
export const PIECE = 4 * 2 ** 20;

/** Name of a part's piece: `cat` of all of them, in the order of their names, is the part. */
const pieceName = (part: string, number: number): string => `${part}.${String(number).padStart(6, "0")}`;

/**
 * The tar archive of a backup: the manifest, each part in pieces, and the hashes of all. Nothing but a piece is held in
 * memory.
 */
export async function* pack(manifest: BackupManifest, parts: Part[]): AsyncGenerator<Buffer> {
  const hashes: Hashes = {};
  const text = Buffer.from(JSON.stringify(manifest, null, 2));
  hashes[MANIFEST] = { sha256: createHash("sha256").update(text).digest("hex"), bytes: text.length };
  yield* entry(MANIFEST, text);
  for (const part of parts) {
    const hash = createHash("sha256");
    let bytes = 0;
    let number = 0;
    for await (const piece of pieces(part.open())) {
      hash.update(piece);
      bytes += piece.length;
      yield* entry(pieceName(part.name, number++), piece);
    }
    hashes[part.name] = { sha256: hash.digest("hex"), bytes };
  }
  yield* entry(HASHES, Buffer.from(JSON.stringify(hashes, null, 2)));
  yield TAR_END;
}

function* entry(name: string, content: Buffer): Generator<Buffer> {
  yield tarHeader({ name, size: content.length, mode: 0o600 });
  yield content;
  yield Buffer.alloc(tarPadding(content.length));
}

/** Cuts a content into pieces of the same size; an empty one is one empty piece. */
async function* pieces(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  let any = false;
  for await (const chunk of content) {
    for (let rest = chunk; rest.length > 0; ) {
      const taken = rest.subarray(0, PIECE - bytes);
      held.push(taken);
      bytes += taken.length;
      rest = rest.subarray(taken.length);
      if (bytes < PIECE) continue;
      yield Buffer.concat(held);
      [held, bytes, any] = [[], 0, true];
    }
  }
  if (bytes > 0 || !any) yield Buffer.concat(held);
}
