import assert from "node:assert/strict";
import fc from "fast-check";
import { connectionCap } from "../../../../../orchestrator/gateway/upstream/capacity";

const MB = 1024 * 1024;
const max = fc.integer({ min: 1, max: 1_024 });
const connections = fc.integer({ min: 0, max: 1_024 });
const sample = fc.record({
  usage: fc.integer({ min: 0, max: 4_096 * MB }),
  limit: fc.integer({ min: 16 * MB, max: 4_096 * MB }),
  connections,
});

describe("gateway: capacity by memory", () => {
  it("is the manifest's as long as nothing is known", () => {
    assert.equal(connectionCap(8, 0, undefined), 8);
    assert.equal(connectionCap(8, 3, { usage: 100 * MB, limit: 100 * MB, connections: 0 }), 8);
  });

  it("is never more than the manifest says, never less than one, and never puts out who is there", () => {
    fc.assert(
      fc.property(max, connections, fc.option(sample), (most, now, seen) => {
        const cap = connectionCap(most, now, seen ?? undefined);
        assert.ok(Number.isInteger(cap));
        assert.ok(cap <= most && cap >= 1 && cap >= Math.min(most, now), `${cap}`);
      }),
    );
  });

  it("leaves room: what it allows fits, by what each takes", () => {
    fc.assert(
      fc.property(max, connections, sample, (most, now, seen) => {
        fc.pre(seen.connections > 0);
        const cap = connectionCap(most, now, seen);
        if (cap <= Math.max(now, 1)) return;
        const each = seen.usage / seen.connections;
        assert.ok(each * cap <= seen.limit * 0.92, `${cap} of ${each}`);
      }),
    );
  });

  it("does not grow when each takes more, or the limit is lower", () => {
    fc.assert(
      fc.property(max, connections, sample, fc.nat(100 * MB), (most, now, seen, more) => {
        const cap = connectionCap(most, now, seen);
        assert.ok(connectionCap(most, now, { ...seen, usage: seen.usage + more }) <= cap);
        assert.ok(connectionCap(most, now, { ...seen, limit: Math.max(seen.limit - more, 1) }) <= cap);
      }),
    );
  });

  it("counts what was opened since the sample", () => {
    const seen = { usage: 60 * MB, limit: 100 * MB, connections: 2 }; // 30 MB each: a third one fits
    assert.equal(connectionCap(8, 2, seen), 3);
    assert.equal(connectionCap(8, 3, seen), 3);
    assert.equal(connectionCap(8, 0, { ...seen, usage: 95 * MB }), 1);
  });

  it("lets as many in again as there was room for when those of the sample have left", () => {
    const seen = { usage: 60 * MB, limit: 100 * MB, connections: 2 };
    assert.equal(connectionCap(8, 0, seen), 3);
    assert.equal(connectionCap(8, 1, seen), 3);
  });
});
