import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { MOST_PATHS, readChanges } from "../../../../../../orchestrator/servers/docker/learn/changes";

/** Docker's list, in pieces of that many bytes. */
function listOf(text: string, piece = 7): Readable {
  const bytes = Buffer.from(text);
  return Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
    })(),
    { objectMode: false },
  );
}

describe("what a copy changed in its file system", () => {
  it("is read in pieces, whatever is in a path", async () => {
    const odd = '/a"},{"Path":"/no","Kind":1},{\\ é';
    const list = [
      { Kind: 0, Path: "/app" },
      { Path: odd, Kind: 1 },
      { Path: "/gone", Kind: 2 },
      { Path: "/b", Kind: 1 },
    ];
    const read = await readChanges(listOf(JSON.stringify(list)));
    assert.deepEqual(read, { added: [odd, "/b"], changed: ["/app"], more: false });
    assert.deepEqual(await readChanges(listOf("null\n")), { added: [], changed: [], more: false });
  });

  it("is the beginning of what has no end, and the stream is closed", async () => {
    let pieces = 0;
    const endless = Readable.from(
      (async function* () {
        for (;;) yield Buffer.from(`${pieces++ ? "," : "["}{"Path":"/data/${pieces}","Kind":1}`);
      })(),
      { objectMode: false },
    );
    const { added, more } = await readChanges(endless);
    assert.deepEqual([added.length, more, endless.destroyed], [MOST_PATHS, true, true]);
    const long = Readable.from(
      (async function* () {
        yield Buffer.from('[{"Kind":1,"Path":"/');
        for (;;) yield Buffer.alloc(2 ** 20, "x");
      })(),
      { objectMode: false },
    );
    assert.deepEqual(await readChanges(long), { added: [], changed: [], more: true });
  });
});
