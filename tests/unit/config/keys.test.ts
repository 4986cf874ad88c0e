import assert from "node:assert/strict";
import { aboutKey } from "../../../config/key";
import { KEYS, SUBJECTS } from "../../../config/keys";
import { problemsOf } from "../../support/config/problems";

describe("config keys", () => {
  it("stand under one subject each", () => {
    const names = Object.values(SUBJECTS).flatMap((keys) => Object.keys(keys));
    assert.deepEqual([...names].sort(), Object.keys(KEYS).sort());
  });

  it("have examples that are right, each alone and all together, and not what is set already", () => {
    const raw = Object.entries(KEYS).map(([name, schema]) => {
      const { example } = aboutKey(schema);
      assert.notDeepEqual(example, schema.safeParse(undefined).data, name);
      return [name, typeof example === "string" ? example : JSON.stringify(example)] as const;
    });
    const secret = Object.entries(KEYS).flatMap(([name, schema]) => (aboutKey(schema).secret ? [name] : []));
    for (const [name, text] of raw) assert.deepEqual(problemsOf({ [name]: text }, secret), [], name);
    assert.deepEqual(problemsOf(Object.fromEntries(raw), secret), []);
  });
});
