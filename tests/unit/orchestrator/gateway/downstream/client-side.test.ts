import assert from "node:assert/strict";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { ClientSide } from "../../../../../orchestrator/gateway/downstream/client-side";
import { Frame } from "../../../../../orchestrator/gateway/wire/frame";
import { frameOf } from "../../../../support/orchestrator/gateway/frames";

describe("gateway: what a session has with its client", () => {
  it("remembers a number of questions of its server, the latest, and takes each answer once", () => {
    const client = new ClientSide(0);
    for (let i = 0; i < 3_000; i++) client.deliver(frameOf({ id: `q${i}`, method: "roots/list" }), "one");
    const answered = (id: string): boolean => client.answered(frameOf({ id, result: {} })) !== undefined;
    const known = Array.from({ length: 3_000 }, (_, i) => answered(`q${i}`));
    assert.equal(known.filter(Boolean).length, 1_000);
    assert.ok(known.at(-1) && !known[0]);
    assert.ok(!answered("q2999"), "once");
  });

  it("takes an answer whose id has another form, and gives it the id that the server wrote", () => {
    const client = new ClientSide(0);
    const asked = (id: string): void => client.deliver(Frame.read(`{"id":${id},"method":"roots/list"}`), "one");
    const answered = (id: string): string | undefined =>
      client.answered(Frame.read(`{"jsonrpc":"2.0","id":${id},"result":{}}`))?.text;
    for (const [id, other] of [
      ["1", '"1"'],
      ['"2"', "2"],
      ["3", "3.0"],
      ['"4"', '"\\u0034"'],
    ] as const) {
      asked(id);
      assert.equal(answered(other), `{"jsonrpc":"2.0","id":${id},"result":{}}`);
      assert.equal(answered(id), undefined, "once");
    }
    asked("1");
    asked('"1"');
    assert.equal(answered('"1"'), '{"jsonrpc":"2.0","id":"1","result":{}}', "the same form comes first");
    assert.equal(answered("1"), '{"jsonrpc":"2.0","id":1,"result":{}}');
    for (const id of ['""', "0", '"x"', '"NaN"']) assert.equal(answered(id), undefined);
  });

  it("tells of each response that becomes a stream for what belongs to no request", () => {
    const client = new ClientSide(1_000);
    const heard: unknown[] = [];
    client.onListen = (response) => heard.push(response);
    const responses = [1, 2].map(() => new ServerResponse(new IncomingMessage(new Socket())));
    for (const response of responses) client.listen(response, {});
    assert.deepEqual(heard, responses);
    client.end();
  });

  it("forgets a question that its server withdrew", () => {
    const client = new ClientSide(0);
    client.deliver(frameOf({ id: 7, method: "elicitation/create" }), "one");
    client.deliver(frameOf({ method: "notifications/cancelled", params: { requestId: 7 } }), "one");
    assert.ok(!client.answered(frameOf({ id: 7, result: {} })));
  });
});
