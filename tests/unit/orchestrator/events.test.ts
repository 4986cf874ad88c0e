import assert from "node:assert/strict";
import { Events } from "../../../orchestrator/events";

describe("events", () => {
  it("are told to every listener, also when one throws; whoever emits goes on", () => {
    const failed: string[] = [];
    const events = new Events((error) => failed.push(error.message));
    const heard: string[] = [];
    events.subscribe(({ type }) => heard.push(`first ${type}`));
    events.subscribe(() => {
      throw new Error("a listener that throws");
    });
    events.subscribe(({ type }) => heard.push(`last ${type}`));
    events.emit("server.started", "files");
    assert.deepEqual(heard, ["first server.started", "last server.started"]);
    assert.deepEqual(failed, ["a listener that throws"]);
    assert.equal(events.since(0).length, 1);
  });
});
