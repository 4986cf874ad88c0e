import assert from "node:assert/strict";
import { Judge, Seen } from "../../../../cli/service/judge";

describe("service watch: when the stack is brought up", () => {
  /** Looks at these seconds, with what they see. @returns the seconds at which it was brought up, always in vain */
  function healed(judge: Judge, looks: [number, Seen][]): number[] {
    return looks.flatMap(([now, seen]) => {
      if (!judge.isDue(seen, now)) return [];
      judge.tried(now);
      return [now];
    });
  }
  const { Running, Down, Intended, Unclear } = Seen;
  const down = (...at: number[]): [number, Seen][] => at.map((now) => [now, Down]);

  it("only when it has been down for as long as it was told, at every look", () => {
    assert.deepEqual(healed(new Judge(30), down(0, 15, 29, 30)), [30]);
    for (const other of [Running, Intended, Unclear])
      assert.deepEqual(
        healed(new Judge(30), [
          [0, Down],
          [20, other],
          [25, Down],
          [40, Down],
          [54, Down],
          [55, Down],
        ]),
        [55],
        other,
      );
  });

  it("never while somebody wants it down, is at work on it, or nobody can tell", () => {
    for (const other of [Running, Intended, Unclear])
      assert.deepEqual(
        healed(new Judge(1), [
          [0, other],
          [100, other],
          [10_000, other],
        ]),
        [],
        other,
      );
  });

  it("ever more rarely when that does not help, at last every ten minutes; then anew after it ran", () => {
    const judge = new Judge(30);
    const every = Array.from({ length: 400 }, (_, index) => index * 10);
    const at = healed(judge, down(...every));
    assert.deepEqual(at, [30, 90, 210, 450, 930, 1_530, 2_130, 2_730, 3_330, 3_930]);
    assert.deepEqual(healed(judge, [[4_000, Running], ...down(4_010, 4_040)]), [4_040]);
    assert.equal(new Judge(30).tried(0), 60);
  });
});
