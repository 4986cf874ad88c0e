import assert from "node:assert/strict";
import { BoundedMap } from "../../../../lib/bounded-map";
import { mayCall, mayUse } from "../../../../orchestrator/security/filters";
import type { Principal } from "../../../../orchestrator/security/principal";
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

describe("bounded map", () => {
  it("forgets what was not used for longest", () => {
    const map = new BoundedMap<number>(3);
    for (const [key, value] of Object.entries({ a: 1, b: 2, c: 3 })) map.set(key, value);
    map.get("a");
    map.set("d", 4);
    assert.deepEqual([map.length, map.get("b"), map.get("a"), map.get("d")], [3, undefined, 1, 4]);
  });
});

describe("filters of a token", () => {
  const principal = (filters: Partial<Principal>): Principal => ({ name: "p", scopes: new Set(), ...filters });

  it("allow everything when there are none", () => {
    assert.ok(mayUse(principal({}), "files") && mayCall(principal({}), "files", "read"));
  });
  it("hide servers", () => {
    const some = principal({ servers: new Set(["files"]) });
    assert.deepEqual(
      [mayUse(some, "files"), mayUse(some, "files2"), mayCall(some, "http", "fetch")],
      [true, false, false],
    );
    assert.equal(mayUse(principal({ servers: new Set() }), "files"), false);
  });
  const table: [NonNullable<Principal["tools"]>, string, boolean][] = [
    [{ allow: ["files__read"] }, "read", true],
    [{ allow: ["files__read"] }, "read_all", false],
    [{ allow: ["files__read*"] }, "read_all", true],
    [{ allow: ["files__*"] }, "write", true],
    [{ allow: ["*"] }, "write", true],
    [{ allow: ["http__*"] }, "read", false],
    [{ allow: [] }, "read", false],
    [{ deny: ["files__write"] }, "write", false],
    [{ deny: ["files__write"] }, "write2", true],
    [{ allow: ["files__*"], deny: ["files__w*"] }, "write", false],
    [{ deny: ["*"] }, "read", false],
    [{ allow: ["files__r?ad", "files__r.*d"] }, "read", false],
  ];
  for (const [tools, tool, expected] of table) {
    it(`${JSON.stringify(tools)}: files__${tool} ${expected ? "may" : "may not"} be called`, () => {
      assert.equal(mayCall(principal({ tools }), "files", tool), expected);
    });
  }
});
