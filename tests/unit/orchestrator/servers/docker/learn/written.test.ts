import assert from "node:assert/strict";
import type { EngineClient } from "../../../../../../lib/docker-client";
import { killWhenFull, MOST_WRITTEN } from "../../../../../../orchestrator/servers/docker/learn/written";

describe("what a copy may write", () => {
  it("is 2 GiB: then it is killed, which is told once it is so", async () => {
    const sizes = [MOST_WRITTEN, MOST_WRITTEN + 1];
    const happened: string[] = [];
    for (const SizeRw of sizes) {
      const stop = new AbortController();
      const client = {
        streams: {
          listContainers: async () => {
            happened.push(`looked at ${SizeRw - MOST_WRITTEN}`);
            stop.abort();
            return [{ SizeRw }];
          },
        },
        api: { getContainer: () => ({ kill: async () => happened.push("killed") }) },
      };
      await killWhenFull(client as unknown as EngineClient, "id", {
        signal: stop.signal,
        told: () => happened.push("told"),
      });
    }
    assert.deepEqual(happened, ["looked at 0", "looked at 1", "told", "killed"]);
  });
});
