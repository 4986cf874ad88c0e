import assert from "node:assert/strict";
import { toolChanges } from "../../../../orchestrator/rest/tool-changes";

const tool = (name: string, digest: string) => ({ name, digest, definition: { name, digest } });

describe("the tools of two versions", () => {
  it("are compared by their definitions", () => {
    const before = [tool("same", "1"), tool("gone", "1"), tool("other", "1")];
    const after = [tool("same", "1"), tool("other", "2"), tool("new", "1"), tool("constructor", "1")];
    assert.deepEqual(toolChanges(before, after), {
      ...{ added: ["new", "constructor"], removed: ["gone"], same: 1 },
      changed: [{ name: "other", before: before[2]?.definition, after: after[1]?.definition }],
    });
  });
});
