import assert from "node:assert/strict";
import { promtool } from "../../../support/orchestrator/metrics/promtool";
import { expose } from "../../../support/orchestrator/metrics/sources";

describe("metrics: exposition", () => {
  it("is clean for promtool check metrics, with the engine up and down", async () => {
    const text = await expose().text();
    assert.deepEqual(promtool(["check", "metrics"], text), { code: 0, said: "" });
    const gone = () => Promise.reject(new Error("gone"));
    const down = await expose({ engine: { info: gone, disk: gone } }).text();
    assert.deepEqual(promtool(["check", "metrics"], down), { code: 0, said: "" });
    assert.notEqual(
      promtool(["check", "metrics"], text.replaceAll("_seconds_total", "_minutes")).code,
      0,
      "it does check",
    );
  }).timeout(120_000);
});
