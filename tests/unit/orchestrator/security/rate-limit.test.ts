import assert from "node:assert/strict";
import { RateLimit } from "../../../../orchestrator/security/rate-limit";

describe("rate limit", () => {
  it("gives back as time goes by, never more than a minute's worth", () => {
    let now = 0;
    const limit = new RateLimit(60, () => now);
    const take = (times: number): number =>
      Array.from({ length: times }, () => limit.take("a")).filter((wait) => wait === 0).length;
    assert.equal(take(100), 60);
    assert.equal(limit.take("a"), 1, "one second to wait");
    now += 10_000;
    assert.equal(take(100), 10);
    now += 3_600_000;
    assert.equal(take(100), 60);
  });
});
