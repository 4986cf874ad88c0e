import assert from "node:assert/strict";
import { ByteBudget } from "../../../../../orchestrator/gateway/wire/byte-budget";

const MIB = 2 ** 20;

describe("the budget of bytes in flight", () => {
  const ended: string[] = [];
  const budget = new ByteBudget(64 * MIB);
  const open = (owner: string, name: string) => budget.open(owner, () => ended.push(name));
  beforeEach(() => {
    ended.length = 0;
  });

  it("lets everybody go on while there is room, and one at a time when it gets narrow", async () => {
    const [a, b, small] = [open("a", "a"), open("b", "b"), open("c", "small")];
    assert.equal(a.hold(15 * MIB), undefined);
    const waits = b.hold(8 * MIB);
    assert.ok(waits, "there is more than a quarter, and a holds most");
    assert.equal(a.hold(40 * MIB), undefined, "it is its turn");
    assert.equal(small.hold(MIB), undefined, "an owner that holds little never waits");
    a.hold(0);
    await waits;
    assert.equal(b.hold(30 * MIB), undefined);
    for (const account of [b, small]) account.hold(0);
    assert.deepEqual([budget.held, ended], [0, []]);
  });

  it("ends the largest of the owner that holds most, and nobody else", () => {
    const many = [1, 2, 3].map((n) => open("many", `many ${n}`));
    const other = open("other", "other");
    other.hold(20 * MIB);
    many[0]?.hold(14 * MIB);
    many[1]?.hold(15 * MIB);
    many[2]?.hold(14 * MIB);
    assert.deepEqual(ended, []);
    other.hold(22 * MIB);
    assert.deepEqual(ended, ["many 2"], "other holds more than each of them, but they hold more together");
    for (const account of [...many, other]) account.hold(0);
    assert.equal(budget.held, 0);
  });

  it("counts what clients have not read, and says whose stream it ended and why", () => {
    const told: string[] = [];
    const strict = new ByteBudget(8 * MIB, (owner, reason) => told.push(`${owner}: ${reason}`));
    const unread = (writableLength: number) => {
      const writer = { writableLength, gone: false, destroy: () => {}, on: () => {} };
      writer.destroy = () => {
        writer.gone = true;
      };
      return writer;
    };
    const [slow, quick] = [unread(6 * MIB), unread(3 * MIB)];
    strict.watch(slow, "slow");
    strict.watch(quick, "quick");
    const upstream = strict.open("server", () => told.push("server"));
    upstream.hold(2 * MIB);
    upstream.hold(0); // its message went on to the clients
    assert.deepEqual(told, [`slow: more than ${8 * MIB} bytes wait in the gateway, most of them here`]);
    assert.deepEqual([slow.gone, quick.gone], [true, false]);
    [slow.writableLength, quick.writableLength] = [0, 0]; // so that it looks no more
  });
});
