import assert from "node:assert/strict";
import { show, table } from "../../../cli/output";
import { plain } from "../../../lib/plain-text";

/** What is printed on standard output meanwhile. */
function printed(act: () => void): string {
  const { write } = process.stdout;
  let text = "";
  process.stdout.write = ((part: string) => {
    text += part;
    return true;
  }) as typeof write;
  try {
    act();
  } finally {
    process.stdout.write = write;
  }
  return text;
}

describe("what a command prints", () => {
  it("has tables that a server's text cannot break", () => {
    const text = table(
      ["NAME", "WHAT"],
      [
        ["a\u001b[31m", "one\ntwo"],
        ["longer", ""],
      ],
    );
    assert.equal(text, "NAME    WHAT\na[31m   one two\nlonger");
    assert.equal(table(["NAME"], []), "none");
    assert.equal(plain("a\u0007\u009bb\n"), "ab\n");
  });

  it("is no command to a terminal, and turns no text around, in whatever result it stands", () => {
    const evil = "a\u001b[31mred\u001b]0;title\u0007\u009b2J\u202egnp.exe\u2066\u200f";
    assert.equal(plain(evil), "a[31mred]0;title2Jgnp.exe");
    assert.equal(
      printed(() => show(false, { reason: evil }, ({ reason }) => `evil: NOT running: ${reason}`)),
      "evil: NOT running: a[31mred]0;title2Jgnp.exe\n",
    );
    assert.deepEqual(JSON.parse(printed(() => show(true, { reason: evil }, String))), { reason: evil });
  });
});
