import assert from "node:assert/strict";
import { readTarHeader } from "../../../../../../lib/tar";
import { packTar, unpackTar } from "../../../../../../lib/tar-files";
import { owned } from "../../../../../../orchestrator/servers/docker/learn/stored-copy";

async function* pieces(archive: Buffer, bytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < archive.length; at += bytes) yield archive.subarray(at, at + bytes);
}

async function whole(parts: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

describe("the copy of a server's storage", () => {
  const files = [
    { name: "kept", content: Buffer.alloc(1_300, "k") },
    { name: "empty", content: Buffer.alloc(0) },
    { name: "last", content: Buffer.from("l") },
  ];
  const archive = packTar(files, 11_000);

  it("has the same files, of another owner, however the archive is cut", async () => {
    for (const bytes of [1, 511, 512, 700, 100_000]) {
      const copy = await whole(owned(pieces(archive, bytes), 14_995));
      assert.equal(copy.length, archive.length);
      assert.deepEqual(unpackTar(copy), files, `${bytes} bytes at a time`);
      const header = copy.subarray(0, 512);
      assert.equal(readTarHeader(header)?.sound, true);
      assert.deepEqual([header.toString("utf8", 108, 115), header.toString("utf8", 116, 123)], ["0035223", "0035223"]);
    }
  });

  it("ends when it is too much, and at what is no archive", async () => {
    await assert.rejects(whole(owned(pieces(archive, 512), 1, 1_024)), { status: 409 });
    await assert.rejects(whole(owned(pieces(Buffer.alloc(512, "x"), 512), 1)), { status: 502 });
  });
});
