import assert from "node:assert/strict";
import { formsOf } from "../../../../../orchestrator/gateway/downstream/accept";

describe("gateway: Accept", () => {
  for (const [accept, forms] of [
    [undefined, "both"],
    ["*/*", "both"],
    ["application/json, text/event-stream", "both"],
    ["Text/Event-Stream;q=0.5 , application/json; charset=utf-8", "both"],
    ["text/html, */*;q=0.1", "both"],
    ["application/json", "json"],
    ["application/*", "json"],
    ["application/json, text/event-stream;q=0", "json"],
    ["*/*, text/event-stream; q=0.0", "json"],
    ["text/event-stream", "stream"],
    ["text/*", "stream"],
    ["text/event-stream, application/*;q=0, */*", "stream"],
    ["text/html", undefined],
    ["", undefined],
    ["*/*;q=0", undefined],
    ["application/jsonx, text/event-stream2", undefined],
  ] as const) {
    it(`${JSON.stringify(accept)}: ${forms}`, () => {
      for (let times = 0; times < 2; times++) assert.equal(formsOf(accept), forms);
    });
  }
});
