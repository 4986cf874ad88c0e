import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import { ServerStatus } from "../../../../api/server-status";
import { digestOf, ToolsDigests } from "../../../../orchestrator/discovery/tools-digests";
import type { ToolReport } from "../../../../orchestrator/gateway/gateway-api";
import { server } from "../../../support/orchestrator/rest/fleet";

const tool = (name: string, digest = "0"): ToolReport => ({
  ...{ name, digest, approval: "approved", visible: true, definition: {} },
});

describe("digests over a server's tools", () => {
  let tools: ToolReport[];
  let asked: number;
  let changes: number;
  let fails: boolean;
  let digests: ToolsDigests;
  beforeEach(() => {
    [tools, asked, changes, fails] = [[tool("a"), tool("b")], 0, 0, false];
    const answer = async (): Promise<ToolReport[]> => {
      asked++;
      if (fails) throw new Error("it does not answer");
      return tools;
    };
    digests = new ToolsDigests({ tools: answer }, () => changes++);
  });

  it("do not depend on the order of the tools, but on every name and definition", () => {
    const all = [
      [tool("a"), tool("b")],
      [tool("a"), tool("b", "1")],
      [tool("a"), tool("c")],
      [tool("a")],
      [tool('a" 0\n"b')],
    ];
    assert.equal(new Set(all.map(digestOf)).size, all.length);
    assert.equal(digestOf([tool("b"), tool("a")]), digestOf([tool("a"), tool("b")]));
  });

  it("are asked for once a process, in the background", async () => {
    const files = server("files");
    assert.equal(digests.of(files), undefined);
    await turn();
    for (let times = 0; times < 3; times++) assert.equal(digests.of(files), digestOf(tools));
    assert.deepEqual([asked, changes], [1, 1]);
    tools = [tool("a")];
    const next = { ...files, generation: "2" };
    assert.equal(digests.of(next), undefined);
    await turn();
    assert.equal(digests.of(next), digestOf(tools));
    assert.equal(asked, 2);
  });

  it("are not asked of a server that does not run, nor again and again of one that fails", async () => {
    digests.of(server("files", { status: ServerStatus.Starting }));
    assert.equal(asked, 0);
    fails = true;
    for (let times = 0; times < 3; times++) {
      assert.equal(digests.of(server("files")), undefined);
      await turn();
    }
    assert.deepEqual([asked, changes], [1, 0]);
  });

  it("are asked for again when tools have changed, and not for other events", async () => {
    digests.of(server("files"));
    await turn();
    tools = [tool("z")];
    digests.hear({ type: "session.opened", server: "files" });
    digests.hear({ type: "tools.changed", server: "other" });
    assert.equal(asked, 1);
    digests.hear({ type: "tools.changed", server: "files" });
    await turn();
    assert.equal(digests.of(server("files")), digestOf(tools));
    assert.deepEqual([asked, changes], [2, 2]);
  });
});
