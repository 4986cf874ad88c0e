import assert from "node:assert/strict";
import fc from "fast-check";
import { insert, locate, rawAt, splice } from "../../../../../orchestrator/gateway/wire/json-splice";

/** JSON as other programs may write it: spaces anywhere, escapes for any character. */
const spaced = fc.tuple(fc.json(), fc.constantFrom(undefined, 1, "\t", "\n ")).map(([text, indent]) => ({
  text: JSON.stringify(JSON.parse(text), undefined, indent),
}));
const key = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom("id", 'a"b', "a\\", "{", "}", ",", "\n", "é", "😀", ""),
);
const escaped = (text: string): string =>
  `"${[...text].map((c) => (c.length === 1 ? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}` : c)).join("")}"`;

describe("gateway: values in JSON text", () => {
  it("finds any value by its path, as it is written", () => {
    fc.assert(
      fc.property(
        fc.array(key, { minLength: 1, maxLength: 4 }),
        spaced,
        spaced,
        fc.boolean(),
        (path, value, other, odd) => {
          const before = path.includes("before") ? "b" : "before";
          let text = value.text;
          for (const name of [...path].reverse()) {
            const written = odd ? escaped(name) : JSON.stringify(name);
            text = ` {\n${JSON.stringify(`${before}${name}`)}:${other.text} ,${written} : ${text}\t}`;
          }
          assert.deepEqual(JSON.parse(rawAt(text, path) ?? "undefined"), JSON.parse(value.text));
          assert.equal(rawAt(text, path), value.text.trim());
        },
      ),
    );
  });

  it("takes the last of a key given twice, as JSON.parse does, and nothing where there is nothing", () => {
    assert.equal(rawAt('{"id":1,"x":{"id":7},"id":2}', ["id"]), "2");
    assert.equal(rawAt('{"a":{"b":1},"a":{"c":2}}', ["a", "b"]), undefined);
    for (const text of ["[]", "1", '"id"', "{}", '{"ID":1}', "null"])
      assert.equal(locate(text, ["id"]), undefined, text);
    assert.deepEqual(locate('{"id":1}', []), { start: 0, end: 8 });
  });

  it("replaces values and leaves every other character", () => {
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.jsonValue(), { minKeys: 1, maxKeys: 6 }),
        fc.nat(),
        fc.jsonValue(),
        (object, pick, value) => {
          const keys = Object.keys(object);
          const name = keys[pick % keys.length] as string;
          const text = JSON.stringify(object, undefined, 2);
          const json = JSON.stringify(value);
          const result = splice(text, [{ path: [name], json }]);
          assert.deepEqual(JSON.parse(result), { ...JSON.parse(text), [name]: JSON.parse(json) });
          const span = locate(text, [name]);
          assert.ok(span);
          assert.equal(result, text.slice(0, span.start) + json + text.slice(span.end));
        },
      ),
    );
  });

  it("makes several edits in any order, and leaves out those whose place is not there", () => {
    const text = '{"id":12345678901234567890, "params":{"_meta":{"progressToken":"t"},"n":1.0e5}}';
    const edits = [
      { path: ["params", "_meta", "progressToken"], json: "7" },
      { path: ["id"], json: '"x"' },
      { path: ["params", "none"], json: "1" },
    ];
    const expected = '{"id":"x", "params":{"_meta":{"progressToken":7},"n":1.0e5}}';
    assert.equal(splice(text, edits), expected);
    assert.equal(splice(text, [...edits].reverse()), expected);
  });

  it("puts members first into an object, where its own come later and count", () => {
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.jsonValue()),
        fc.dictionary(key, fc.jsonValue(), { minKeys: 1 }),
        (own, more) => {
          const text = JSON.stringify({ a: own });
          assert.deepEqual(JSON.parse(insert(text, ["a"], more)), {
            a: JSON.parse(JSON.stringify({ ...more, ...own })),
          });
          assert.ok(insert(text, ["a"], more).endsWith(text.slice('{"a":{'.length)));
        },
      ),
    );
    assert.equal(insert('{"a": [1]}', ["a"], { b: 1 }), '{"a": [1]}');
    assert.equal(insert("{ }", [], { b: 1 }), '{"b":1 }');
  });

  it("needs time that grows with the text only", () => {
    const big = `{"a":${JSON.stringify('\\"{['.repeat(500_000))},"b":${"[".repeat(100_000)}${"]".repeat(100_000)},"id":1}`;
    const began = performance.now();
    assert.equal(rawAt(big, ["id"]), "1");
    assert.ok(performance.now() - began < 500);
  });
});
