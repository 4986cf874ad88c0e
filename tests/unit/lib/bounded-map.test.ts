import assert from "node:assert/strict";
import { BoundedMap } from "../../../lib/bounded-map";

describe("bounded map", () => {
  it("forgets what was not used for longest", () => {
    const map = new BoundedMap<number>(3);
    for (const [key, value] of Object.entries({ a: 1, b: 2, c: 3 })) map.set(key, value);
    map.get("a");
    map.set("d", 4);
    assert.deepEqual([map.length, map.get("b"), map.get("a"), map.get("d")], [3, undefined, 1, 4]);
  });
});
