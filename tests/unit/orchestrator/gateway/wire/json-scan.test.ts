import assert from "node:assert/strict";
import fc from "fast-check";
import { eachMember, type Scanned, scan as scanBytes } from "../../../../../orchestrator/gateway/wire/json-scan";
import { NoJson } from "../../../../../orchestrator/gateway/wire/json-tokens";

const scan = (text: string): Scanned => scanBytes(Buffer.from(text));

/** What JSON.parse makes of a text, or that it refuses it. */
function judged(read: (text: string) => unknown, text: string): "JSON" | "none" {
  try {
    read(text);
    return "JSON";
  } catch (error) {
    assert.ok(error instanceof NoJson || error instanceof SyntaxError, String(error));
    return "none";
  }
}
/** JSON as other programs may write it, with spaces anywhere. */
const json = fc
  .tuple(fc.jsonValue(), fc.constantFrom(undefined, 1, "\t", "\r\n "))
  .map(([value, indent]) => JSON.stringify(value, undefined, indent));
const letters = fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0a1.-+eE \n\ttrufalsn'), maxLength: 12 });

describe("gateway: the scan of JSON", () => {
  it("takes what JSON.parse takes, and refuses what it refuses", () => {
    fc.assert(
      fc.property(fc.oneof(json, letters), fc.nat(), letters, fc.boolean(), (text, place, other, change) => {
        const at = place % (text.length + 1);
        const tried = change ? text.slice(0, at) + other + text.slice(at + 1) : text;
        assert.equal(judged(scan, tried), judged(JSON.parse, tried), tried);
      }),
      { numRuns: 1_000 },
    );
    const odd = [
      "",
      "01",
      "-",
      "1.",
      ".1",
      "1e",
      "1e+",
      "-0.0E-1",
      "nulls",
      "tru",
      '"\\x"',
      '"\\u12g4"',
      '"\t"',
      "\uFEFF1",
    ];
    for (const text of [...odd, "\u00a01", "[1,]", '{"a":1,}', "{1:2}", '{"a" 1}', "[1 2]", '"a', "[", '{"a":', "1 2"])
      assert.equal(judged(scan, text), judged(JSON.parse, text), text);
  });

  it("looks at each byte of a long text, wherever it lies in memory", () => {
    const memory = Buffer.alloc(400, "y");
    for (let code = 0; code < 128; code++) {
      for (let from = 0; from < 4; from++) {
        for (const place of [130, 131, 132, 133, 134, 135, 136, 137]) {
          const text = `"${"x".repeat(place)}${String.fromCharCode(code)}${"x".repeat(9)}"`;
          memory.write(text, from, "latin1");
          const read = (): Scanned => scanBytes(memory.subarray(from, from + text.length));
          assert.equal(judged(read, text), judged(JSON.parse, text), `code ${code} after ${place} bytes from ${from}`);
        }
      }
    }
  });

  it("finds the ends of texts however long, whatever is in them", () => {
    for (const length of [0, 1, 47, 48, 49, 50, 96, 97, 1_000]) {
      for (const last of ['\\"', "\\\\", "\\n", "\\u0041", "é", "😀", ""]) {
        const text = `["${"x".repeat(length)}${last}","${last}${"y".repeat(length)}",{"k${last}":1}]`;
        assert.equal(judged(scan, text), "JSON", text);
        assert.equal(scan(text).elements?.length, 3, text);
        assert.equal(judged(scan, text.replace("x", "\n")), judged(JSON.parse, text.replace("x", "\n")), text);
        assert.equal(
          judged(scan, text.replace(/y(?=")/, "\u0001")),
          judged(JSON.parse, text.replace(/y(?=")/, "\u0001")),
        );
      }
    }
  });

  it("says where the text goes wrong", () => {
    const words = (text: string): string => {
      try {
        scan(text);
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    };
    assert.equal(words('{"a":x}'), 'got "x" at byte 6');
    assert.equal(words('{"a":[1,2}'), 'got "}" at byte 10');
    assert.equal(words('{"a":"b'), "got its end at byte 8");
    assert.equal(words(`{"a":"${"b".repeat(100)}`), "got its end at byte 107");
  });

  it("tells the members of an object as they are written, each as often", () => {
    const text = ' {"a":{"b" : [1, {"c":2}],"b":"}","\\u0062":3, "":{}}}';
    const seen: [string, string][] = [];
    eachMember(Buffer.from(text), 6, (key, start, end) => seen.push([key, text.slice(start, end)]));
    assert.deepEqual(seen, [
      ["b", '[1, {"c":2}]'],
      ["b", '"}"'],
      ["b", "3"],
      ["", "{}"],
    ]);
    eachMember(Buffer.from(text), 2, () => assert.fail("that is no object"));
  });

  it("keeps a bounded number of members and elements", () => {
    const many = (count: number, one: string): string => Array(count).fill(one).join(",");
    assert.equal(scan(`[${many(10_000, "1")}]`).elements?.length, 10_000);
    assert.throws(() => scan(`[${many(10_001, "1")}]`), /more than 10000 values/);
    assert.throws(() => scan(`{${many(10_001, '"a":1')}}`), /more than 10000 values/);
  });

  it("needs little memory, and time that grows with the text only, however deep it is and whatever it holds", () => {
    const texts = [
      `{"a":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}}`,
      `{"a":[${"[],".repeat(2_000_000)}1]}`,
      `{"a":[${`"${"x".repeat(60)}",`.repeat(100_000)}1]}`,
      `{"a":"${"\\n".repeat(1_000_000)}"}`,
      `{"a":${JSON.stringify('\\"{['.repeat(1_000_000))}}`,
    ];
    const buffers = texts.map((text) => Buffer.from(text));
    const before = process.memoryUsage();
    for (const bytes of buffers) assert.equal(scanBytes(bytes).members.length, 1);
    const after = process.memoryUsage();
    assert.ok(after.heapUsed - before.heapUsed < 30e6, "values of them would take more");
    assert.ok(after.arrayBuffers - before.arrayBuffers < 8e6);
  }).timeout(10_000); // where time grows with the square, it is minutes
});
