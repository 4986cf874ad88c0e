import assert from "node:assert/strict";
import { logLines } from "../../../../../orchestrator/servers/docker/logs";

const T = "2026-01-01T00:00:00.000000001Z";

function frame(stream: 1 | 2, text: string): Buffer {
  const body = Buffer.from(`${T} ${text}`);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

async function read(...chunks: Buffer[]): Promise<string[]> {
  async function* source() {
    yield* chunks;
  }
  const lines: string[] = [];
  for await (const { time, stream, line } of logLines(source())) {
    assert.equal(time, T);
    lines.push(`${stream}: ${line}`);
  }
  return lines;
}

describe("a container's log", () => {
  const log = Buffer.concat([frame(1, "one\n"), frame(2, "zwei ä\r\n"), frame(1, "\n"), frame(1, "a b c\n")]);
  const expected = ["stdout: one", "stderr: zwei ä", "stdout: ", "stdout: a b c"];

  it("is taken apart into lines, whatever the pieces it arrives in", async () => {
    assert.deepEqual(await read(log), expected);
    const bytes = [...log].map((byte) => Buffer.from([byte]));
    assert.deepEqual(await read(...bytes), expected);
    assert.deepEqual(await read(log.subarray(0, 13), log.subarray(13)), expected);
    assert.deepEqual(await read(), []);
  });

  it("has a long line's pieces together, each stream's by itself, and ends what never ends", async () => {
    assert.deepEqual(await read(frame(1, "be"), frame(2, "other\n"), frame(1, "gin\n"), frame(1, "no end")), [
      "stderr: other",
      "stdout: begin",
      "stdout: no end",
    ]);
    const endless = await read(...Array.from({ length: 9 }, () => frame(1, "x".repeat(16_384))));
    assert.deepEqual(
      endless.map((line) => line.length),
      [65_544, 65_544, 16_392],
    );
  });

  it("is not read ahead of its reader", async () => {
    let taken = 0;
    async function* source() {
      for (; ; taken += 1) yield frame(1, `${taken}\n`);
    }
    const lines = logLines(source());
    await lines.next();
    await lines.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(taken <= 2, `${taken} chunks were taken for 2 lines`);
    await lines.return(undefined);
  });
});
