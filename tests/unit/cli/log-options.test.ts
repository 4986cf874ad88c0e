import assert from "node:assert/strict";
import { lines, since } from "../../../cli/log-options";

describe("how much of a log is wanted", () => {
  it("is a moment as people write it", () => {
    const now = 1_000_000_000;
    assert.equal(since("10m", now), 1_000_000 - 600);
    assert.equal(since("2d", now), 1_000_000 - 172_800);
    assert.equal(since("1700000000", now), 1_700_000_000);
    assert.equal(since("2026-11-24T10:00:00Z", now), Date.parse("2026-11-24T10:00:00Z") / 1_000);
    assert.throws(() => since("10 minutes", now), /--since: got "10 minutes", expected an age like 10m/);
    // What no calendar has would be an error of its own later.
    assert.equal(since("99999999999999d", now), 0);
    for (const text of ["99999999999999999", "9".repeat(400)]) assert.throws(() => since(text, now), /--since: got "9/);
  });

  it("is a number of lines, and nothing else for one", () => {
    assert.equal(lines("20"), 20);
    assert.throws(() => lines("x"), /--tail: got "x", expected a whole number/);
    assert.throws(() => lines("9".repeat(30)), /expected a whole number/);
  });
});
