import assert from "node:assert/strict";
import { toolArguments } from "../../../../cli/servers/arguments";
import { parseJson } from "../../../../lib/json";
import { ProblemsError } from "../../../../lib/problems";

const schema = {
  type: "object",
  properties: {
    path: { type: "string" },
    depth: { type: "integer" },
    ratio: { type: "number" },
    all: { type: "boolean" },
    paths: { type: "array" },
    either: { type: ["integer", "null"] },
    any: {},
  },
  required: ["path"],
};

describe("arguments of a tool", () => {
  it("are typed as its schema says", () => {
    const pairs = ["path=/a=b", "depth=3", "ratio=0.5", "all=true", 'paths=["x"]', "either=null", "any=7"];
    assert.deepEqual(toolArguments("t", schema, pairs), {
      path: "/a=b",
      depth: 3,
      ratio: 0.5,
      all: true,
      paths: ["x"],
      either: null,
      any: "7",
    });
  });

  it("keep every digit, and are checked for what they are (B09)", () => {
    const pairs = ["path=/", "depth=9007199254740993", "ratio=0.10000000000000000001", "either=-9007199254740993"];
    const sent = JSON.stringify(toolArguments("t", schema, [...pairs, 'paths=[{"id":123456789012345678901}]']));
    const expected = {
      ...{ path: '"/"', depth: "9007199254740993", ratio: "0.10000000000000000001", either: "-9007199254740993" },
      ...{ paths: '[{"id":123456789012345678901}]' },
    };
    assert.equal(
      sent,
      `{${Object.entries(expected)
        .map(([key, value]) => `"${key}":${value}`)
        .join()}}`,
    );
    assert.throws(() => toolArguments("t", schema, ["path=/", "depth=9007199254740993.5"]), /depth: got/);
    assert.throws(() => toolArguments("t", schema, ["path=/", "all=9007199254740993"]), /all: got/);
    const one = { properties: { id: { enum: parseJson("[9007199254740993, 1]") } } };
    assert.equal(JSON.stringify(toolArguments("t", one, ["id=9007199254740993"])), '{"id":9007199254740993}');
    assert.throws(() => toolArguments("t", one, ["id=9007199254740992"]), /expected one of 9007199254740993, 1/);
  });

  it("may be optional as many servers write it, one of a list, and more than are named", () => {
    const optional = { anyOf: [{ type: "integer" }, { type: "null" }] };
    const open = {
      properties: { count: optional, mode: { enum: ["a", "b"] } },
      additionalProperties: { type: "number" },
    };
    assert.deepEqual(toolArguments("t", open, ["count=3", "mode=b", "more=0.5"]), { count: 3, mode: "b", more: 0.5 });
    assert.throws(() => toolArguments("t", open, ["mode=c"]), /mode: got "c", expected one of a, b/);
    assert.throws(() => toolArguments("t", open, ["count=x"]), /count: got "x", expected a whole number or null/);
    // A name that every object has is no argument.
    assert.throws(() => toolArguments("t", { properties: {} }, ["toString=3"]), /toString: got an unknown argument/);
    const either = { properties: { id: { anyOf: [{ type: "string" }, { type: "integer" }] } } };
    assert.deepEqual(toolArguments("t", either, ["id=7"]), { id: 7 });
  });

  it("are told all that is wrong with them at once", () => {
    const wrong = () =>
      toolArguments("files list", schema, ["depth=1.5", "all=yes", "colour=red", "nothing", "paths={}"]);
    assert.throws(wrong, (error: ProblemsError) => {
      assert.ok(error instanceof ProblemsError);
      assert.deepEqual(
        error.problems.map(({ path }) => path),
        ["depth", "all", "colour", "nothing", "paths", "path"],
      );
      assert.match(
        error.message,
        /files list: depth: got "1\.5", expected a whole number|files list: all: got "yes", expected true or false/,
      );
      return true;
    });
  });
});

describe("a tool's schema", () => {
  it("may say what an argument is in a place of its own", () => {
    const schema = {
      properties: {
        mode: { $ref: "#/$defs/Mode" },
        options: { $ref: "#/definitions/O" },
        both: { allOf: [{ $ref: "#/definitions/O" }] },
      },
      $defs: { Mode: { type: "string", enum: ["a", "b"] } },
      definitions: { O: { type: "object" } },
    };
    const pairs = ["mode=a", 'options={"x":1}', 'both={"y":2}'];
    assert.deepEqual(toolArguments("t", schema, pairs), { mode: "a", options: { x: 1 }, both: { y: 2 } });
    assert.throws(
      () => toolArguments("t", schema, ["mode=c", "options=1"]),
      /mode: got "c", expected one of a, b\n[\s\S]*options: got "1", expected a JSON object/,
    );
  });

  it("may have values that are no text, without saying so", () => {
    assert.deepEqual(toolArguments("t", { properties: { n: { enum: [1, null, "x"] } } }, ["n=1"]), { n: 1 });
  });

  it("may be nonsense, or go round in circles, and is text then", () => {
    const loop = { $ref: "#/$defs/L" };
    let deep: object = { type: "integer" };
    for (let i = 0; i < 20_000; i++) deep = { anyOf: [deep] };
    const schema = {
      properties: {
        self: loop,
        out: { $ref: "http://example.com/#" },
        any: { anyOf: {} },
        list: { enum: "abc" },
        type: { type: 5 },
        no: null,
        deep,
      },
      required: 5,
      $defs: { L: { anyOf: Array(100).fill(loop) } },
    };
    const keys = Object.keys(schema.properties);
    const values = Object.fromEntries(keys.map((key) => [key, "1"]));
    assert.deepEqual(
      toolArguments(
        "t",
        schema,
        keys.map((key) => `${key}=1`),
      ),
      values,
    );
  });

  it("may have more values than anybody reads", () => {
    const values = Array.from({ length: 50_000 }, (_, index) => `v${index}`);
    assert.throws(
      () => toolArguments("t", { properties: { e: { enum: values } } }, ["e=q"]),
      (error: Error) => error.message.length < 500 && /v29 and 49970 more/.test(error.message),
    );
  });
});
