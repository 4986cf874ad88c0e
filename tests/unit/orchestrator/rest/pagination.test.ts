import assert from "node:assert/strict";
import fc from "fast-check";
import { page } from "../../../../orchestrator/rest/pagination";

const own = (text: string) => text;

function walk(items: string[], limit: number, between: (page: number) => void = () => {}): string[] {
  const seen: string[] = [];
  let cursor: string | undefined;
  for (let count = 0; count < 1_000; count++) {
    const { items: some, next } = page(items, own, limit, cursor);
    assert.ok(some.length <= limit);
    seen.push(...some);
    if (next === undefined) return seen;
    cursor = next;
    between(count);
  }
  return assert.fail("the pages have no end");
}

describe("orchestrator: pages", () => {
  it("hold every item once, in order, whatever the limit", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string()), fc.integer({ min: 1, max: 7 }), (items, limit) => {
        assert.deepEqual(
          walk(items, limit),
          items.toSorted((a, b) => (a < b ? -1 : 1)),
        );
      }),
    );
  });

  it("skip and repeat nothing when items come and go in between", () => {
    const items = ["a", "b", "c", "d", "e", "f"];
    const seen = walk(items, 2, (count) => {
      if (count === 0) items.splice(0, 2, "0");
      if (count === 1) items.push("g");
    });
    assert.deepEqual(seen, ["a", "b", "c", "d", "e", "f", "g"]);
  });

  it("have no next when nothing follows", () => {
    assert.deepEqual(page(["a", "b"], own, 2), { items: ["a", "b"] });
    assert.deepEqual(page([], own, 2), { items: [] });
  });

  it("refuse a cursor that no page gave", () => {
    for (const cursor of ["", "x", "YWJj", "../../etc"]) {
      assert.throws(() => page(["a"], own, 1, cursor), { status: 400, message: "1 problem in the request" });
    }
  });
});
