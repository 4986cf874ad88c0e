import assert from "node:assert/strict";
import type { Call } from "../../../../../orchestrator/gateway/upstream/connection";
import { PooledConnection } from "../../../../../orchestrator/gateway/upstream/pooled-connection";
import { NOBODY, type Upstream } from "../../../../../orchestrator/gateway/upstream/upstream";
import type { Frame, RequestFrame } from "../../../../../orchestrator/gateway/wire/frame";
import { frameOf } from "../../../../support/orchestrator/gateway/frames";

/** A connection whose other end is the test. */
class TestUpstream implements Upstream {
  user = NOBODY;
  alive = true;
  readonly sent: string[] = [];
  send = ({ text }: Frame): void => void this.sent.push(text);
  cancel = (): void => {};
  pause = (): void => {};
  resume = (): void => {};
  close = (): void => {
    this.alive = false;
  };
}

describe("gateway: a pooled connection", () => {
  const clock = Date.now;
  let upstream: TestUpstream;
  let connection: PooledConnection;
  let told: string[];

  beforeEach(() => {
    upstream = new TestUpstream();
    connection = opened();
    told = [];
  });
  const opened = (common = false): PooledConnection =>
    new PooledConnection(upstream, { key: "", era: "legacy", common, ended: () => {} });
  afterEach(() => {
    Date.now = clock;
  });
  const later = (milliseconds: number): void => {
    Date.now = () => clock() + milliseconds;
  };

  function call(id: unknown = 1, meta?: object): Call {
    const request = {
      jsonrpc: "2.0",
      id,
      method: "tools/call",
      params: { name: "x", ...(meta ? { _meta: meta } : {}) },
    };
    return {
      request: frameOf<RequestFrame>(request),
      notified: ({ text }) => told.push(text),
      answered: ({ text }) => told.push(text),
      failed: ({ reason }) => told.push(reason),
    };
  }
  function send(one: Call): (reason: string) => void {
    connection.reserved++;
    return connection.use(one);
  }
  const say = (message: object): void => connection.message(frameOf(message));

  it("is given up when its server said nothing at all until its caller lost patience", () => {
    const cancel = send(call());
    later(6_000);
    cancel("no answer");
    assert.equal(upstream.alive, false);
  });

  it("is kept when the server said anything meanwhile, or patience was short", () => {
    const cancel = send(call());
    later(3_000);
    say({ jsonrpc: "2.0", method: "notifications/message" });
    later(9_000);
    cancel("no answer");
    assert.equal(upstream.alive, true);
    later(10_000);
    const impatient = send(call());
    later(14_000);
    impatient("no answer");
    assert.equal(upstream.alive, true);
  });

  it("is kept while others wait, and when it is everybody's", () => {
    const cancels = [send(call(1)), send(call(2))];
    later(6_000);
    cancels[0]?.("no answer");
    assert.equal(upstream.alive, true);
    connection = opened(true);
    const last = send(call(3));
    later(12_000);
    last("no answer");
    assert.equal(upstream.alive, true);
  });

  it("fails one call when its answer cannot be handled, and goes on", () => {
    send({
      ...call(1),
      answered: () => {
        throw new RangeError("too deep");
      },
    });
    send(call(2));
    say({ jsonrpc: "2.0", id: 1, result: {} });
    say({ jsonrpc: "2.0", id: 2, result: {} });
    assert.deepEqual(told, ["its answer cannot be handled: too deep", '{"jsonrpc":"2.0","id":2,"result":{}}']);
  });

  it("counts who uses it", () => {
    assert.deepEqual([connection.load, connection.idle], [0, true]);
    connection.reserved++;
    assert.deepEqual([connection.load, connection.idle], [1, false]);
    connection.release();
    const cancel = send(call());
    assert.deepEqual([connection.load, connection.idle], [1, false]);
    cancel("enough");
    cancel("enough");
    assert.deepEqual([connection.load, connection.idle], [0, true]);
  });

  it("tells a call on a dead connection at once", () => {
    upstream.alive = false;
    send(call());
    assert.deepEqual(told, ["its connection ended"]);
    assert.equal(connection.load, 0);
  });
});
