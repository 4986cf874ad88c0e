import assert from "node:assert/strict";
import { ClientSide } from "../../../../../orchestrator/gateway/downstream/client-side";
import { frameOf } from "../../../../support/orchestrator/gateway/frames";

describe("gateway: what a session has with its client", () => {
  it("remembers a number of questions of its server, the latest, and takes each answer once", () => {
    const client = new ClientSide(0);
    for (let i = 0; i < 3_000; i++) client.deliver(frameOf({ id: `q${i}`, method: "roots/list" }), "one");
    const answered = (id: string): boolean => client.answered(frameOf({ id, result: {} }));
    const known = Array.from({ length: 3_000 }, (_, i) => answered(`q${i}`));
    assert.equal(known.filter(Boolean).length, 1_000);
    assert.ok(known.at(-1) && !known[0]);
    assert.ok(!answered("q2999"), "once");
    client.deliver(frameOf({ id: 1, method: "ping" }), "one");
    assert.ok(!answered("1"), "a number is no text");
  });

  it("forgets a question that its server withdrew", () => {
    const client = new ClientSide(0);
    client.deliver(frameOf({ id: 7, method: "elicitation/create" }), "one");
    client.deliver(frameOf({ method: "notifications/cancelled", params: { requestId: 7 } }), "one");
    assert.ok(!client.answered(frameOf({ id: 7, result: {} })));
  });
});
