import assert from "node:assert/strict";
import { HASHES, MANIFEST } from "../../../../cli/backup/format/manifest";
import { PIECE, pack } from "../../../../cli/backup/format/pack";
import { readManifest, unpack } from "../../../../cli/backup/format/unpack";
import { readTarHeader, TAR_BLOCK, tarHeader, tarPadding } from "../../../../lib/tar";
import { archive, manifestOf, partsOf } from "../../../support/backup/archive";

/** The archive in chunks of a size that fits nothing. */
async function* inChunks(all: Buffer, size = 1_000_003): AsyncGenerator<Buffer> {
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
}

const nothing = async (): Promise<void> => {};
const CONTENTS = { "state.json": "{}", "volumes/a.tar": "a".repeat(2 * PIECE + 7), "volumes/empty.tar": "" };

/** The names of an archive's entries. */
function namesIn(all: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; ; ) {
    const header = readTarHeader(all.subarray(at, at + TAR_BLOCK));
    if (!header) return names;
    names.push(header.name);
    at += TAR_BLOCK + header.size + tarPadding(header.size);
  }
}

describe("a backup's archive", () => {
  it("gives every part back, whatever its size, with the manifest first and the hashes last", async () => {
    const all = await archive(CONTENTS);
    const read: Record<string, string> = {};
    const { manifest, hashes } = await unpack(inChunks(all), async (name, content) => {
      const chunks: Buffer[] = [];
      for await (const chunk of content) chunks.push(chunk);
      read[name] = Buffer.concat(chunks).toString();
    });
    assert.deepEqual(read, CONTENTS);
    assert.deepEqual(manifest, manifestOf(CONTENTS));
    assert.equal(hashes["volumes/a.tar"]?.bytes, 2 * PIECE + 7);
    const names = namesIn(all);
    assert.deepEqual([names[0], names.at(-1), names.length], [MANIFEST, HASHES, 7]);
  });

  it("is whole although nobody reads its parts, and although somebody stops in the middle of one", async () => {
    const all = await archive(CONTENTS);
    await unpack(inChunks(all), nothing);
    await unpack(inChunks(all), async (_name, content) => {
      for await (const _ of content) break;
    });
  });

  it("that is cut anywhere is refused", async () => {
    const all = await archive({ "state.json": "{}", "volumes/a.tar": "a".repeat(700) });
    const end = all.length - 2 * TAR_BLOCK; // what follows is the end of every tar archive
    for (let at = 0; at < end; at += 100) {
      await assert.rejects(unpack(inChunks(all.subarray(0, at)), nothing), /no backup|is cut/, `cut at ${at}`);
    }
  });

  it("with a flipped byte in a part is refused, and names it", async () => {
    const all = await archive({ "state.json": "{}", "volumes/a.tar": "a".repeat(700) });
    const at = all.indexOf("aaaa");
    all[at] = 0x62;
    await assert.rejects(unpack(inChunks(all), nothing), /broken: not as they were written: volumes\/a\.tar/);
  });

  it("that lacks a part, or has one more, is refused", async () => {
    const lacks = pack(manifestOf({ a: "", b: "" }), partsOf({ a: "1" }));
    const more = pack(manifestOf({ a: "" }), partsOf({ a: "1", b: "2" }));
    await assert.rejects(unpack(lacks, nothing), /it lacks b/);
    await assert.rejects(unpack(more, nothing), /an entry b too many/);
  });

  it("of a newer format is refused, with the version that wrote it", async () => {
    const newer = { ...manifestOf({}), version: 2, project: "9.0.0" };
    await assert.rejects(readManifest(pack(newer as never, [])), {
      message: "the backup is of format 2, expected 1 or older",
      fix: /9\.0\.0/,
    });
  });

  it("is not what another program packed", async () => {
    const foreign = Buffer.concat([tarHeader({ name: "README.md", size: 0 }), Buffer.alloc(1024)]);
    await assert.rejects(readManifest(inChunks(foreign)), /no backup/);
    await assert.rejects(readManifest(inChunks(Buffer.alloc(5_000, "x"))), /no backup/);
    await assert.rejects(readManifest(inChunks(Buffer.alloc(0))), /no backup/);
  });
});
