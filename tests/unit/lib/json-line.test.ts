import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { jsonLine, withoutOddLineEnds } from "../../../lib/json-line";

const ODD = { "key\u2028": "a\u2028b\u2029c\u0085d\r\né😀" };

describe("JSON on one line", () => {
  it("is one line to every reader, and means the same", async () => {
    const read: string[] = [];
    for await (const line of createInterface(Readable.from(`${jsonLine(ODD)}\n`))) read.push(line);
    assert.equal(read.length, 1);
    assert.doesNotMatch(jsonLine(ODD), /[\r\n\u0085\u2028\u2029]/);
    assert.deepEqual(JSON.parse(read[0] as string), ODD);
  });

  it("leaves what is escaped already, and all else, as it is", () => {
    const text = JSON.stringify({ a: "\\u2028", b: "é" });
    assert.equal(withoutOddLineEnds(text), text);
  });
});
