import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { outputOf, Said } from "../../../../cli/backup/source/frames";
import { writersOf, writersTo } from "../../../../cli/backup/source/writers";

function frame(kind: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

describe("the output of a program, out of Docker's frames", () => {
  it("is what it wrote, apart from its errors, however the frames are cut", async () => {
    const all = Buffer.concat([
      frame(1, "one "),
      frame(2, "careful\n"),
      frame(1, ""),
      frame(1, "two"),
      frame(2, "gone"),
    ]);
    for (const size of [1, 3, 8, 9, 100]) {
      const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, n) =>
        all.subarray(n * size, (n + 1) * size),
      );
      const said = new Said();
      let text = "";
      for await (const chunk of outputOf(Readable.from(chunks), said)) text += chunk.toString();
      assert.deepEqual([text, said.line], ["one two", "careful; gone"], `in chunks of ${size}`);
    }
  });
});

describe("who writes to a folder of the engine", () => {
  const mount = (Source: string, RW = true, Type = "bind") => ({ Source, RW, Type }) as never;
  const writers = writersOf([
    { Id: "1", Names: ["/mcp-files"], State: "running", Mounts: [mount("/srv/mcp/workspace")] },
    { Id: "2", Names: ["/mcp-reader"], State: "running", Mounts: [mount("/srv/mcp/workspace", false)] },
    { Id: "3", Names: ["/mcp-stopped"], State: "exited", Mounts: [mount("/srv/mcp/workspace")] },
    { Id: "4", Names: ["/mcp-part"], State: "running", Mounts: [mount("/srv/mcp/workspace/part")] },
    { Id: "5", Names: ["/mcp-memory"], State: "running", Mounts: [mount("/srv/mcp/storage/pulumi/memory.data")] },
    { Id: "6", Names: ["/mcp-memory2"], State: "running", Mounts: [mount("/srv/mcp/storage/pulumi/memory.data2")] },
  ]);

  it("are the running containers that have it, or a part of it, to write", () => {
    assert.deepEqual(writersTo(writers, ["/srv/mcp/workspace"]), ["mcp-files", "mcp-part"]);
    assert.deepEqual(
      writersTo(writers, ["/srv/mcp/storage-exec/pulumi/memory.data", "/srv/mcp/storage/pulumi/memory.data"]),
      ["mcp-memory"],
    );
    assert.deepEqual(writersTo(writers, []), []);
  });
});
