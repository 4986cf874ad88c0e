import assert from "node:assert/strict";
import { mock } from "node:test";
import { Exchange, type Reply } from "../../../../../orchestrator/gateway/calls/exchange";
import { SuspendableCall } from "../../../../../orchestrator/gateway/calls/questions";
import type { CallRecord, Recorder } from "../../../../../orchestrator/gateway/calls/recorder";
import type { PooledConnection } from "../../../../../orchestrator/gateway/upstream/pooled-connection";
import { Frame, type ResponseFrame } from "../../../../../orchestrator/gateway/wire/frame";
import type { Principal } from "../../../../../orchestrator/security/principal";

const ONE: Principal = { name: "one", scopes: new Set(["mcp"]) };
const TEN_MINUTES = 10 * 60_000;
const SECOND = 1_000;

describe("gateway: a call that waits for a person", () => {
  const answers: Frame[] = [];
  const reply = { answer: (frame: Frame) => void answers.push(frame), failing: () => {} } as unknown as Reply;
  const recorder = { finished: () => {}, failed: () => {} } as unknown as Recorder;
  const exchange = (began = performance.now(), id = 1): Exchange =>
    new Exchange(Frame.request(id, "tools/call", { name: "ask" }), ONE, { began } as CallRecord, reply, recorder);

  beforeEach(() => {
    answers.length = 0;
    mock.timers.enable({ apis: ["setTimeout"] });
  });
  afterEach(() => mock.timers.reset());

  it("is given up when the client has not come back after ten minutes, and not before", () => {
    const suspended = new Map<string, SuspendableCall>();
    const cancelled: string[] = [];
    const call = new SuspendableCall("one", {} as PooledConnection, exchange(), { elicitation: {} }, suspended);
    call.cancel = (reason) => void cancelled.push(reason);
    call.asked(Frame.request("s1", "elicitation/create", { message: "Who?" }));
    assert.equal(answers[0]?.result?.resultType, "input_required");
    mock.timers.tick(TEN_MINUTES - 1);
    assert.deepEqual([suspended.size, cancelled], [1, []]);
    mock.timers.tick(1);
    assert.deepEqual([suspended.size, cancelled], [0, ["the client did not come back"]]);
  });

  it("gives an answer that came before the client's to the client when it comes back", () => {
    const suspended = new Map<string, SuspendableCall>();
    const said: Frame[] = [];
    const connection = { say: (frame: Frame) => void said.push(frame) } as unknown as PooledConnection;
    for (const [text, expected] of [
      ["x", /"id":2.*"text":"x"/],
      ["x".repeat(300_000), /"id":2.*before the client did, with more than the 262144 bytes/],
    ] as const) {
      const call = new SuspendableCall("one", connection, exchange(), { elicitation: {} }, suspended);
      call.asked(Frame.request("s1", "elicitation/create", { message: "Who?" }));
      call.answered(Frame.result("1", JSON.stringify({ text })) as ResponseFrame);
      assert.equal(answers.length, 1);
      assert.equal(call.resume(exchange(performance.now(), 2), { q1: { action: "decline" } }), true);
      assert.match(answers[1]?.text ?? "", expected);
      answers.length = 0;
    }
  });

  it("waits beyond its time-out while a question is open, for ten minutes in all", () => {
    const early = exchange(performance.now() - TEN_MINUTES + 60 * SECOND);
    const late = exchange(performance.now() - TEN_MINUTES);
    for (const one of [early, late]) {
      one.questions = 1;
      one.startTimer(30 * SECOND);
    }
    mock.timers.tick(30 * SECOND);
    assert.deepEqual([early.done, late.done], [false, true]);
  });
});
