import assert from "node:assert/strict";
import { StrangeAnswers } from "../../../../../orchestrator/gateway/upstream/strange-answers";
import { Frame } from "../../../../../orchestrator/gateway/wire/frame";

describe("answers to requests that nobody made", () => {
  const open = new Map([[5_000, "5000"]]);
  const answerTo = (id: string): Frame => Frame.read(Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":{}}`));

  it("are told to the only request that is open", () => {
    const error = new StrangeAnswers("echo").errorFor(answerTo("77"), open);
    assert.equal(error?.idText, "5000");
    assert.match(error?.text ?? "", /server echo: it answers a request that nobody made/);
  });

  it("are told to nobody while two are open", () => {
    const both = new Map([...open, [5_001, "5001"] as const]);
    assert.equal(new StrangeAnswers("echo").errorFor(answerTo("77"), both), undefined);
  });

  it("are none when the request was made, also hundreds of requests ago and with the id in another form", () => {
    const strange = new StrangeAnswers("echo");
    for (let id = 1; id <= 5_000; id++) strange.made(id);
    for (const id of ["5000", "4501", '"4600"']) assert.equal(strange.errorFor(answerTo(id), open), undefined, id);
  });

  it("are told for ids so old that nobody remembers them", () => {
    const strange = new StrangeAnswers("echo");
    for (let id = 1; id <= 5_000; id++) strange.made(id);
    assert.notEqual(strange.errorFor(answerTo("3999"), open), undefined);
  });
});
