import assert from "node:assert/strict";
import { Holders } from "../../../lib/holders";

describe("places that all share", () => {
  let holders: Holders;
  const held = (counts: Record<string, number>): void => {
    holders = new Holders();
    for (const [who, count] of Object.entries(counts)) for (let n = 0; n < count; n++) holders.add(who);
  };

  it("are counted", () => {
    held({ a: 2 });
    holders.remove("a");
    assert.equal(holders.of("a"), 1);
    holders.remove("a");
    assert.deepEqual([holders.of("a"), holders.of("b")], [0, 0]);
  });

  it("are forgotten of holders that are many and have nothing, and of no other", () => {
    held({ a: 1 });
    for (let n = 0; n < 5_000; n++) {
      holders.add(`${n}`);
      holders.remove(`${n}`);
    }
    holders.remove("nobody");
    assert.deepEqual([holders.of("a"), holders.of("7"), holders.of("nobody")], [1, 0, 0]);
  });

  it("go, when idle, to the same holder or to one with fewer", () => {
    held({ a: 3, b: 3, c: 1 });
    assert.deepEqual(
      [holders.yields("a", "a"), holders.yields("a", "c"), holders.yields("a", "new")],
      [true, true, true],
    );
    assert.deepEqual([holders.yields("a", "b"), holders.yields("c", "a")], [false, false]);
  });

  it("go, in use, from whoever has most to whoever has none, and nobody loses the only one", () => {
    held({ a: 2, b: 3, c: 1 });
    assert.equal(holders.givesTo("new"), "b");
    assert.equal(holders.givesTo("c"), undefined);
    held({ a: 1, b: 1 });
    assert.equal(holders.givesTo("new"), undefined);
  });
});
