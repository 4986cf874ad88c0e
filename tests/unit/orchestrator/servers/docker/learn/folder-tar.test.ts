import assert from "node:assert/strict";
import { packTar } from "../../../../../../lib/tar-files";
import {
  MOST_FOLDERS,
  packFolders,
  readFolders,
  type TarFolder,
} from "../../../../../../orchestrator/servers/docker/learn/folder-tar";

const folder = (path: string, mode = 0o755): TarFolder => ({ path, mode, uid: 11_000, gid: 7 });
/** An archive in pieces that cut through its headers. */
async function* pieces(archive: Buffer, bytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < archive.length; at += bytes) yield archive.subarray(at, at + bytes);
}

describe("the folders in a container's file system", () => {
  const deep = `/${"a-folder-of-some-length/".repeat(8)}end`;

  it("are packed and read again, long names, owners and modes included, however the archive is cut", async () => {
    const all = [folder("/"), folder("/tmp", 0o1777), folder("/var/lib"), folder(deep)];
    for (const bytes of [1, 511, 512, 700, 100_000]) {
      const { folders } = await readFolders(pieces(packFolders(all), bytes));
      assert.deepEqual([...folders.values()], all, `${bytes} bytes at a time`);
    }
  });

  it("are filled when something is in them; content is skipped", async () => {
    const files = packTar([{ name: "app/main.js", content: Buffer.alloc(5_000, "x") }], 0);
    const archive = Buffer.concat([packFolders([folder("/app"), folder("/data")]).subarray(0, 1_024), files]);
    for (const bytes of [300, 6_000]) {
      const { folders, filled } = await readFolders(pieces(archive, bytes));
      assert.deepEqual([...folders.keys()], ["/app", "/data"]);
      assert.deepEqual([...filled], ["/", "/app"]);
    }
  });

  it("have their long names by the rules of POSIX too", async () => {
    const record = `path=${deep.slice(1)}/\n`;
    const pax = packTar([{ name: "PaxHeaders/x", content: Buffer.from(`${record.length + 4} ${record}`) }], 0);
    pax.write("x", 156);
    const archive = Buffer.concat([pax.subarray(0, 1_024), packFolders([folder("/short")])]);
    assert.deepEqual([...(await readFolders(pieces(archive, 512))).folders.keys()], [deep]);
  });

  it("are refused when there are more of them, or longer names, than images have", async () => {
    async function* many(): AsyncGenerator<Buffer> {
      for (let at = 0; at <= MOST_FOLDERS; at++) yield packFolders([folder(`/${at}`)]).subarray(0, 512);
    }
    await assert.rejects(readFolders(many()), /^Error: its image has more than 50000 folders$/);
    const pax = packTar([{ name: "PaxHeaders/x", content: Buffer.alloc(70_000, "x") }], 0);
    pax.write("x", 156);
    await assert.rejects(readFolders(pieces(pax, 512)), /^Error: its image has a name of more than 64 KiB$/);
  });
});
