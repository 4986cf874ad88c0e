import assert from "node:assert/strict";
import { differing, outcomesText, rehearsalText, type Updated } from "../../../../cli/update/text";

describe("update: what it says", () => {
  const one: Updated = {
    ...{ server: "weather", folder: "/p/mcp/weather", files: ["mcp/weather/Dockerfile"], outcome: "updated" },
    ...{ changes: ["npm weather 1.9.0 -> 1.10.0"], left: [] },
    rehearsal: { fit: true, healthy: true, tools: { added: ["new"], removed: [], changed: [], same: 2 } },
  };

  it("names what differs in a tool's definition, argument by argument", () => {
    const before = { name: "t", description: "a", inputSchema: { type: "object", properties: { a: {}, b: {} } } };
    const after = {
      name: "t",
      description: "b",
      inputSchema: { type: "object", properties: { a: {}, b: { type: "string" }, c: {} } },
    };
    assert.deepEqual(differing(before, after), ["description", "argument b", "argument c"]);
    assert.deepEqual(differing(before, before), []);
  });

  it("shows a rehearsal: healthy with its tools, untried, or failed with its last lines", () => {
    assert.match(rehearsalText(one), /healthy; tools: 2 the same, 0 changed, 1 added, 0 removed\n {2}\+ new/);
    assert.match(rehearsalText({ ...one, rehearsal: { fit: true, untried: "why" } }), /not tried: why/);
    assert.match(
      rehearsalText({ ...one, rehearsal: { fit: false, reason: "r", logs: ["l"] } }),
      /it fails: r\n {4}\| l/,
    );
  });

  it("ends with the commands that keep a change, or take it back", () => {
    const text = outcomesText([one, { ...one, server: "tide", outcome: "taken back", reason: "it ended" }]);
    assert.match(text, /git add mcp\/weather\/Dockerfile && git commit -m "npm weather 1\.9\.0 -> 1\.10\.0"/);
    assert.match(text, /update --rollback weather$/m);
    assert.match(text, /taken back.*tide: it ended/);
    assert.equal(outcomesText([{ ...one, outcome: "current" }]), "nothing was updated");
  });
});
