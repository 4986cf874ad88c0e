import assert from "node:assert/strict";
import fc from "fast-check";
import { placeholder } from "../../../manifest/placeholder";

describe("placeholder of a secret", () => {
  it("has its look: the known beginning, the length, letters and digits in their places", () => {
    const look = (text: string): string => text.replace(/[a-z]/g, "a").replace(/[A-Z]/g, "A").replace(/\d/g, "0");
    for (const secret of ["ghp_aB3dE5gH7jK9", "sk-ant-api03-Zz9_y-X", "0123456789abcdef", "p\u00e4ss w\u00f6rd/+="]) {
      const other = placeholder(secret, "seed");
      assert.notEqual(other, secret);
      assert.equal(look(other), look(secret));
    }
    assert.match(placeholder("ghp_aB3dE5gH7jK9", "seed"), /^ghp_/);
    assert.doesNotMatch(placeholder("my-secret-word", "seed"), /my|secret|word/);
  });

  it("stays the same with its seed, and is another with another", () => {
    assert.equal(placeholder("aB3dE5gH7jK9", "1"), placeholder("aB3dE5gH7jK9", "1"));
    assert.notEqual(placeholder("aB3dE5gH7jK9", "1"), placeholder("aB3dE5gH7jK9", "2"));
  });

  it("says no more of a secret than its look", () => {
    const lower = fc.stringMatching(/^[a-z]{8,40}$/);
    fc.assert(
      fc.property(lower, lower, (one, other) => {
        const length = Math.min(one.length, other.length);
        assert.equal(placeholder(one.slice(0, length), "s"), placeholder(other.slice(0, length), "s"));
      }),
    );
  });
});
