import assert from "node:assert/strict";
import fc from "fast-check";
import { ambiguousKey } from "../../../../../orchestrator/gateway/wire/ambiguity";
import { Frame } from "../../../../../orchestrator/gateway/wire/frame";

// No key begins with a backslash: where V8 has seen "\\" as an object's second key, its JSON.parse takes "\n" in that place
// for it (Node 24.21: JSON.parse('{"a":1,"\\\\":1}'), then JSON.parse('{"a":1,"\\n":1}')).
const key = fc.oneof(
  fc.string({ maxLength: 6 }).filter((text) => !text.startsWith("\\")),
  fc.constantFrom("id", 'a"b', "a\\", "{", "}", ",", "\n", "é", "😀", ""),
);
const escaped = (text: string): string =>
  `"${[...text].map((c) => (c.length === 1 ? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}` : c)).join("")}"`;
/** JSON as other programs may write it. */
const spaced = fc
  .tuple(fc.jsonValue(), fc.constantFrom(undefined, 1, "\t", "\n "))
  .map(([value, indent]) => JSON.stringify(value, undefined, indent));

describe("gateway: a frame", () => {
  it("is a request, a notification, a response, or no message", () => {
    const kinds: Record<string, string | undefined> = {
      '{"id":1,"method":"a"}': "request",
      '{"id":"","method":""}': "request",
      '{"method":"a"}': "notification",
      '{"method":"a","result":{}}': undefined,
      '{"id":1,"result":null}': "response",
      '{"id":1,"error":{}}': "response",
      '{"id":1,"error":{},"result":1}': "response",
      '{"id":1,"method":"a","id":null}': undefined,
      '{"id":null,"method":"a"}': undefined,
      '{"id":1,"method":null,"result":{}}': undefined,
      '{"id":1,"error":"x"}': undefined,
      '{"id":1}': undefined,
      '{"id":{},"result":1}': undefined,
      "{}": undefined,
      "[]": undefined,
      '[{"method":"a"}]': undefined,
      '"method"': undefined,
      null: undefined,
    };
    for (const [text, kind] of Object.entries(kinds)) assert.equal(Frame.read(text).kind, kind, text);
  });

  it("gives its parts, each parsed for itself", () => {
    const text = '{"id":9007199254740993,"method":"tools/call","params":{"name":"x","_meta":{"progressToken":"t"}}}';
    const frame = Frame.read(text);
    assert.deepEqual([frame.id, frame.idText, frame.method], [9007199254740992, "9007199254740993", "tools/call"]);
    assert.deepEqual([frame.tool, frame.progressToken, frame.meta], ["x", "t", { progressToken: "t" }]);
    assert.deepEqual(frame.params, { name: "x", _meta: { progressToken: "t" } });
    assert.equal(frame.params, frame.params, "once");
    assert.deepEqual([frame.result, frame.error, frame.batch], [undefined, undefined, undefined]);
    assert.deepEqual(Frame.read('{"id":1,"result":{"a":1}}').result, { a: 1 });
    assert.deepEqual(Frame.read('{"id":1,"error":{"code":5,"message":"m"}}').error, { code: 5, message: "m" });
    for (const odd of ['{"params":[1]}', '{"params":null}', '{"result":[]}', '{"error":"x"}']) {
      const { params, result, error, meta } = Frame.read(odd);
      assert.deepEqual([params, result, error, meta], [{}, undefined, undefined, {}], odd);
    }
    for (const odd of ['{"name":""}', '{"name":1}', "{}", "[]"])
      assert.equal(Frame.read(`{"id":1,"method":"tools/call","params":${odd}}`).tool, undefined, odd);
  });

  it("finds any value by its path, as it is written", () => {
    fc.assert(
      fc.property(
        fc.array(key, { minLength: 1, maxLength: 4 }),
        spaced,
        spaced,
        fc.boolean(),
        (path, value, other, odd) => {
          const before = path.includes("before") ? "b" : "before";
          let text = value;
          for (const name of [...path].reverse()) {
            const written = odd ? escaped(name) : JSON.stringify(name);
            text = ` {\n${JSON.stringify(`${before}${name}`)}:${other} ,${written} : ${text}\t}`;
          }
          assert.equal(Frame.read(text).raw(...path), value);
          assert.deepEqual(Frame.read(text).at(...path), JSON.parse(value));
        },
      ),
    );
  });

  it("takes the last of a key given twice, as JSON.parse does, and nothing where there is nothing", () => {
    assert.equal(Frame.read('{"id":1,"x":{"id":7},"id":2}').raw("id"), "2");
    assert.equal(Frame.read('{"a":{"b":1},"a":{"c":2}}').raw("a", "b"), undefined);
    assert.equal(Frame.read('{"a":{"b":{"c":1,"c":2},"b":{"c":3}}}').raw("a", "b", "c"), "3");
    for (const text of ["[]", "1", '"id"', "{}", '{"ID":1}', "null"])
      assert.equal(Frame.read(text).raw("id"), undefined, text);
    assert.deepEqual(Frame.read('{"b":1,"a":2,"b":{"x":1,"x":2}}').keys(), ["b", "a", "b"]);
    assert.deepEqual(Frame.read('{"b":1,"a":2,"b":{"x":1,"x":2}}').keys("b"), ["x", "x"]);
    assert.deepEqual(Frame.read('{"b":1}').keys("a"), []);
  });

  it("looks through large objects as well", () => {
    const many = Array.from({ length: 1_000 }, (_, i) => `"k${i % 500}":${i}`).join(",");
    const frame = Frame.read(`{"params":{${many}}}`);
    assert.deepEqual(
      [frame.at("params", "k0"), frame.at("params", "k499"), frame.at("params", "k500")],
      [500, 999, undefined],
    );
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
          const changed = Frame.read(text).replace({ path: [name], json });
          assert.deepEqual(JSON.parse(changed.text), { ...JSON.parse(text), [name]: JSON.parse(json) });
          assert.equal(changed.text.length - json.length, text.length - (Frame.read(text).raw(name) ?? "").length);
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
    assert.equal(Frame.read(text).replace(...edits).text, expected);
    assert.equal(Frame.read(text).replace(...edits.reverse()).text, expected);
  });

  it("knows after any edit what reading its text anew would tell", () => {
    const part = fc.constantFrom("id", "method", "params", "result", "error", "x");
    const path = fc.tuple(part, fc.subarray(["_meta", "name", "a"], { maxLength: 2 })).map(([a, b]) => [a, ...b]);
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom("tools/call", 7, {}, { _meta: { progressToken: 1 } }, { name: "n", a: { name: 1 } }),
    );
    const known = (frame: Frame): unknown => {
      const { text, kind, id, idText, method, params, meta, result, error, tool, progressToken } = frame;
      return { text, kind, id, idText, method, params, meta, result, error, tool, progressToken, keys: frame.keys() };
    };
    fc.assert(
      fc.property(fc.dictionary(part, value), path, path, value, fc.boolean(), (object, one, two, put, asked) => {
        const frame = Frame.read(JSON.stringify(object, undefined, 1));
        if (asked) known(frame); // and what was parsed before is not told of the new one
        const json = JSON.stringify(put);
        const edits = one[0] === two[0] ? [{ path: one, json }] : [one, two].map((place) => ({ path: place, json }));
        for (const changed of [frame.replace(...edits), frame.insert(one, { name: put, b: 1 }), frame.withId("9.0")])
          assert.deepEqual(known(changed), known(Frame.read(changed.text)));
      }),
      { numRuns: 500 },
    );
  });

  it("puts members first into an object, but none that it has", () => {
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.jsonValue()),
        fc.dictionary(key, fc.jsonValue(), { minKeys: 1 }),
        (own, more) => {
          const text = JSON.stringify({ a: own });
          const inserted = Frame.read(text).insert(["a"], more).text;
          assert.deepEqual(JSON.parse(inserted), { a: JSON.parse(JSON.stringify({ ...more, ...own })) });
          assert.ok(inserted.endsWith(text.slice('{"a":{'.length)));
          const keys = Frame.read(inserted).keys("a");
          assert.equal(new Set(keys).size, keys.length);
        },
      ),
    );
    assert.equal(Frame.read('{"a": [1]}').insert(["a"], { b: 1 }).text, '{"a": [1]}');
    assert.equal(Frame.read("{ }").insert([], { b: 1 }).text, '{"b":1 }');
    assert.equal(Frame.read("[]").insert([], { b: 1 }).text, "[]");
  });

  it("is read from a batch as it is written there", () => {
    const [one, two, ...more] = Frame.read('[{"id":1.0,"method":"a"} ,\n7]').batch ?? [];
    assert.deepEqual(
      [one?.text, one?.kind, two?.text, two?.kind, more.length],
      ['{"id":1.0,"method":"a"}', "request", "7", undefined, 0],
    );
    assert.deepEqual(Frame.read("[]").batch, []);
  });

  it("gives every digit of its numbers, also of a large value", () => {
    const digits = "9007199254740993";
    const small = Frame.read(`{"id":1,"result":[${digits}]}`);
    assert.equal(JSON.stringify(small.exact("result")), `[${digits}]`);
    assert.equal(small.exact("params"), undefined);
    const large = Frame.read(`{"id":1,"result":[${"1e1     ,".repeat(50_000)}${digits}]}`);
    assert.equal(JSON.stringify((large.exact("result") as number[]).at(-1)), digits);
  });

  it("is no message with a method and a result or an error; null is none of these", () => {
    const kind = (rest: string): unknown => Frame.read(`{"jsonrpc":"2.0","method":"a",${rest}}`).kind;
    for (const rest of ['"result":{}', '"id":1,"result":{}', '"id":1,"error":{}', '"id":1,"result":1,"error":null'])
      assert.equal(kind(rest), undefined, rest);
    assert.equal(kind('"id":1,"result":null,"error":null'), "request");
    assert.equal(kind('"params":{"result":{}}'), "notification");
  });

  it("goes line by line with what ends a line elsewhere as escapes, in keys too", () => {
    const { line } = Frame.read('{"id":"\u2028","é\u2029":"\u0085\\\\\u2028\\u2028😀"}');
    assert.equal(line, '{"id":"\\u2028","é\\u2029":"\\u0085\\\\\\u2028\\u2028😀"}');
    assert.deepEqual(JSON.parse(line), { id: "\u2028", "é\u2029": "\u0085\\\u2028\u2028😀" });
  });

  it("goes line by line in bytes when it is large, and means the same", () => {
    for (const filling of ["€", "a", "\u2028", "\u0085x", "\u2029é"]) {
      const frame = Frame.read(`{"id":1,"result":{"x":"${filling.repeat(300_000)}"}}`);
      assert.ok(frame.lineBytes.equals(Buffer.from(frame.line)), JSON.stringify(filling));
    }
    const small = Frame.read('{"id":1,"result":{"x":"\u2028"}}');
    assert.equal(small.lineBytes.toString(), small.line);
  });

  it("goes on one line, and its texts stay", () => {
    const frame = Frame.read('{\r\n"id": 1,\n"method":"a\\nb"}').onOneLine();
    assert.equal(frame.text, '{  "id": 1, "method":"a\\nb"}');
    assert.deepEqual([frame.id, frame.method], [1, "a\nb"]);
    assert.deepEqual(
      Frame.read('[{"id":1},\n{"id":2}]')
        .onOneLine()
        .batch?.map(({ id }) => id),
      [1, 2],
    );
  });

  it("can be made, with ids to the letter", () => {
    assert.equal(Frame.request("a", "m", { b: 1 }).text, '{"jsonrpc":"2.0","id":"a","method":"m","params":{"b":1}}');
    assert.equal(Frame.notification("m").text, '{"jsonrpc":"2.0","method":"m"}');
    assert.equal(Frame.result("1.0", '{"a":1}').text, '{"jsonrpc":"2.0","id":1.0,"result":{"a":1}}');
    assert.equal(
      Frame.error("1.0", -1, "no", { a: 1 }).text,
      '{"jsonrpc":"2.0","id":1.0,"error":{"code":-1,"message":"no","data":{"a":1}}}',
    );
    assert.equal(Frame.error("null", -1, "no").text, '{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"no"}}');
  });

  it("is unclear when a key that decides is there twice or in other case, and only then", () => {
    const unclear = (text: string): string | undefined => ambiguousKey(Frame.read(text));
    assert.equal(unclear('{"id":1,"method":"a","Method":"b"}'), "Method");
    assert.equal(unclear('{"id":1,"id":1}'), "id");
    assert.equal(unclear('{"method":"tools/call","params":{"name":"a","n\\u0061me":"b"}}'), "name");
    assert.equal(unclear('{"method":"tools/call","params":{"name":"a","NAME":"b"}}'), "NAME");
    assert.equal(unclear('{"method":"tools/call","params":{"name":"a","x":1,"x":2}}'), undefined);
    assert.equal(unclear('{"method":"other","params":{"name":"a","NAME":"b"}}'), undefined);
  });
});
