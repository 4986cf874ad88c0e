import assert from "node:assert/strict";
import { CallTraces } from "../../../../../orchestrator/gateway/calls/call-traces";
import { spansOf } from "../../../../../orchestrator/gateway/calls/spans";
import { finished } from "../../../../support/orchestrator/gateway/finished-call";

describe("a call's trace", () => {
  it("has client, gateway, server and gateway one after the other", () => {
    const [trace] = traces(finished("one")).of("one");
    assert.deepEqual(trace, {
      ...{ time: "2026-11-30T10:00:00.000Z", request: "one", principal: "mcp", server: "echo" },
      ...{ method: "tools/call", tool: "say", result: "ok", ms: 9 },
      spans: [
        { part: "client", start: 0, ms: 1 },
        { part: "gateway", start: 1, ms: 2 },
        { part: "server", start: 3, ms: 6 },
        { part: "gateway", start: 9, ms: 1 },
      ],
    });
  });

  it("has no server where none was asked, and none behind it where none answered", () => {
    const marks = { arrived: 0, began: 1, ended: 9 };
    const parts = (more: object) => spansOf({ ...marks, ...more }).map(({ part, ms }) => `${part} ${ms}`);
    assert.deepEqual(parts({}), ["client 1", "gateway 8"]);
    assert.deepEqual(parts({ sent: 3 }), ["client 1", "gateway 2", "server 6"]);
  });

  it("is one of the latest, and all of one request are found, latest first", () => {
    const kept = new CallTraces(3);
    for (const tool of ["a", "b", "c", "d"]) kept.add(finished(tool === "b" ? "other" : "one", { tool }));
    assert.deepEqual(
      kept.of("one").map(({ tool }) => tool),
      ["d", "c"],
    );
    assert.equal(kept.of("other").length, 1);
    assert.deepEqual(kept.of("nobody"), []);
  });

  it("keeps no long name", () => {
    const [trace] = traces(finished("one", { tool: "x".repeat(10_000) })).of("one");
    assert.equal(trace?.tool?.length, 256);
  });
});

function traces(call: ReturnType<typeof finished>): CallTraces {
  const kept = new CallTraces();
  kept.add(call);
  return kept;
}
