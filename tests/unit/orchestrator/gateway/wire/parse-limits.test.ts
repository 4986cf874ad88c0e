import assert from "node:assert/strict";
import { Frame } from "../../../../../orchestrator/gateway/wire/frame";
import { PARSED_BYTES, TooMuch } from "../../../../../orchestrator/gateway/wire/parse-limits";

const VALUES = 100_000;
const frameOf = (json: string): Frame => Frame.read(`{"jsonrpc":"2.0","id":1,"result":{"x":${json},"y":"z"}}`);

describe("gateway: what is parsed of a message", () => {
  it("is bounded in values, whatever they are, and in bytes", () => {
    const many: Record<string, string> = {
      wide: `[${"[],".repeat(VALUES)}[]]`,
      members: `{${'"k":0,'.repeat(VALUES)}"k":0}`,
      numbers: `[${"0,".repeat(VALUES)}0]`,
      deep: "[".repeat(VALUES + 1) + "]".repeat(VALUES + 1),
      long: JSON.stringify("x".repeat(PARSED_BYTES)),
    };
    for (const [what, json] of Object.entries(many)) {
      const frame = frameOf(json);
      for (const read of [() => frame.at("result", "x"), () => frame.exact("result", "x")])
        assert.throws(read, (error) => error instanceof TooMuch && /^result\.x: more than/.test(error.message), what);
      assert.equal(frame.at("result", "y"), "z", "what stands beside it can be read");
      assert.equal(frame.kind, "response");
    }
  });

  it("counts no signs within texts, nor what a backslash escapes", () => {
    const text = `${'[,{\\"\\\\'.repeat(VALUES)}`;
    assert.equal((frameOf(`["${text}","",{"a":"\\\\"}]`).at("result", "x") as unknown[]).length, 3);
  });

  it("is never an id or a method that is no text and no number", () => {
    const bomb = `[${"[],".repeat(VALUES)}[]]`;
    for (const key of ["id", "method"]) {
      const frame = Frame.read(`{"jsonrpc":"2.0","${key}":${bomb},"result":{}}`);
      assert.equal(frame.kind, undefined);
    }
  });

  it("is shown in part", () => {
    assert.equal(frameOf(`"${"é".repeat(100)}"`).excerpt("result", 12), '{"x":"éééééé...');
    assert.equal(frameOf("1").excerpt("id", 12), "1");
    assert.equal(frameOf("1").excerpt("error", 12), undefined);
  });
});
