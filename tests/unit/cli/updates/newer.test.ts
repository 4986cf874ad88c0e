import assert from "node:assert/strict";
import { isNewer, newerTag, newestCommit } from "../../../../cli/updates/newer";

describe("updates: a newer version", () => {
  it("comes after the one in use, by the rules of its registry", () => {
    const rising = [
      ["1.9.0", "1.10.0", "2.0.0-alpha.2", "2.0.0-beta.1", "2.0.0-rc.2", "2.0.0-rc.10", "2.0.0"],
      ["2026.8.31", "2026.10.24"],
      ["1.0.dev1", "1.0a1", "1.0b2", "1.0rc1", "1.0", "1.0.post1", "1.0.1", "1!0.5"],
      ["v0.0.0-20260101000000-abcdefabcdef", "v0.0.0-20260301000000-0123456789ab", "v0.1.0", "v1.0.0"],
    ];
    for (const list of rising) {
      for (const [index, one] of list.entries()) {
        for (const later of list.slice(index + 1)) {
          assert.ok(isNewer(later, one), `${later} after ${one}`);
          assert.ok(!isNewer(one, later), `${one} not after ${later}`);
        }
      }
    }
    for (const [one, same] of [
      ["1.0", "1.0.0"],
      ["1.0.0+a", "1.0.0+b"],
      ["v1.2.3", "1.2.3"],
    ] as const) {
      assert.ok(!isNewer(one, same) && !isNewer(same, one), `${one} is ${same}`);
    }
  });

  it("of an image is the newest tag of the same form", () => {
    const tags = ["latest", "22-slim", "24-slim", "26-slim", "26.1-slim", "27", "v28-slim", "20260101-slim"];
    assert.equal(newerTag("24-slim", tags), "26-slim");
    assert.equal(newerTag("26-slim", tags), undefined);
    assert.equal(newerTag("latest", tags), undefined);
    assert.equal(newerTag("v1.9.0", ["v1.10.0", "v1.10.0-rc1", "1.11.0"]), "v1.10.0");
  });
});

describe("updates: a newer commit", () => {
  const id = (digit: number): string => String(digit).repeat(40);
  const refs = [
    `${id(9)}\tHEAD`,
    `${id(9)}\trefs/heads/main`,
    `${id(1)}\trefs/tags/v1.2.0`,
    `${id(7)}\trefs/tags/v1.10.0`,
    `${id(2)}\trefs/tags/v1.10.0^{}`,
    `${id(3)}\trefs/tags/v2.0.0-rc.1`,
    `${id(4)}\trefs/tags/nightly`,
  ].join("\n");

  it("of a tagged one is that of the newest tag, of any other the default branch's", () => {
    assert.deepEqual(newestCommit(refs, id(1)), { id: id(2), tag: "v1.10.0" });
    assert.deepEqual(newestCommit(refs, id(2)), { id: id(2), tag: "v1.10.0" });
    assert.deepEqual(newestCommit(refs, id(3)), { id: id(3), tag: "v2.0.0-rc.1" });
    assert.deepEqual(newestCommit(refs, id(4)), { id: id(9) });
    assert.equal(newestCommit("", id(1)), undefined);
  });
});
