import assert from "node:assert/strict";
import { textOf } from "../../../lib/read-text";

describe("the text of a person's file", () => {
  const TEXT = "name: a\r\ntitle: ä€😀\n";

  it("has no byte order mark, and its line ends as they were", () => {
    const bytes = Buffer.from(TEXT);
    const little = Buffer.from(`\uFEFF${TEXT}`, "utf16le");
    assert.equal(textOf(bytes), TEXT);
    assert.equal(textOf(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])), TEXT);
    assert.equal(textOf(little), TEXT);
    assert.equal(textOf(Buffer.from(little).swap16()), TEXT);
    assert.equal(textOf(Buffer.of()), "");
  });

  it("keeps a mark that is not at the beginning", () => {
    assert.equal(textOf(Buffer.from("a\uFEFFb")), "a\uFEFFb");
  });
});
