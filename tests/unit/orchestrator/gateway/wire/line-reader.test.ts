import assert from "node:assert/strict";
import fc from "fast-check";
import { LineReader } from "../../../../../orchestrator/gateway/wire/line-reader";
import { MESSAGE_LIMIT, ReadingPace } from "../../../../../orchestrator/gateway/wire/reading-pace";

function read(chunks: string[], limit = 1e6): { lines: string[]; ok: boolean } {
  const lines: string[] = [];
  const reader = new LineReader(limit, (line) => lines.push(line.toString()));
  return { ok: chunks.map((chunk) => reader.push(Buffer.from(chunk))).every(Boolean), lines };
}

describe("gateway: line reader", () => {
  it("gives the same lines however they are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.constantFrom("a", "bc", "\n", "\r", "é", ""))), (parts) => {
        const chunks = parts.map((part) => part.join(""));
        assert.deepEqual(read(chunks).lines, chunks.join("").split("\n").slice(0, -1));
      }),
    );
  });

  it("keeps nothing of a chunk's memory, which is used again", () => {
    const lines: Buffer[] = [];
    const reader = new LineReader(1e6, (line) => lines.push(line));
    const chunk = Buffer.alloc(6);
    for (const text of ["one\ntw", "o\nthr", "ee\nfou", "r\n"]) reader.push(chunk.subarray(0, chunk.write(text)));
    assert.deepEqual(lines.map(String), ["one", "two", "three", "four"]);
  });

  it("refuses a line beyond the limit, also when it comes in small pieces or at once", () => {
    assert.equal(read(["x".repeat(100), "\n"], 100).ok, true);
    assert.equal(read(["x".repeat(101)], 100).ok, false);
    assert.equal(read(["x".repeat(101), "\n"], 100).ok, false);
    assert.deepEqual(read([`${"x".repeat(101)}\na\n`], 100), { lines: [], ok: false });
    assert.equal(read(Array(101).fill("x"), 100).ok, false);
    assert.equal(read(Array(500).fill("x\n"), 100).ok, true);
  });

  it("joins a line of 32 MB in time that grows with its size", () => {
    const { lines } = read([...(Array(2_048).fill("x".repeat(16_384)) as string[]), "\n"], 1e9);
    assert.equal(lines[0]?.length, 32 * 2 ** 20);
  }).timeout(5_000);
});

describe("gateway: pace of reading", () => {
  it("takes the largest message in one go", () => {
    assert.equal(new ReadingPace(0).spend(MESSAGE_LIMIT - 1, 0), 0);
  });

  it("holds a flood at 8 MB a second, whatever the size of its pieces", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 4_000_000 }), (piece) => {
        const pace = new ReadingPace(0);
        let now = 0;
        let sum = 0;
        while (now < 20_000) {
          now += 1 + pace.spend(piece, now); // a chunk a millisecond, unless it has to wait
          sum += piece;
        }
        const rate = (sum - MESSAGE_LIMIT) / (now / 1_000);
        assert.ok(rate < 9 * 2 ** 20 + piece, `${rate} characters a second`);
      }),
      { numRuns: 30 },
    );
  });

  it("forgets a flood of long ago", () => {
    const pace = new ReadingPace(0);
    assert.ok(pace.spend(MESSAGE_LIMIT + 1, 0) > 0);
    assert.equal(pace.spend(1_000_000, 10_000), 0);
  });
});
