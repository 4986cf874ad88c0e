import assert from "node:assert/strict";
import { mend } from "../../../../../orchestrator/gateway/aggregate/mend";
import type { JsonObject } from "../../../../../orchestrator/gateway/wire/json-rpc";

const schemaOf = (inputSchema: unknown): unknown => {
  const mended = mend("tools/list", { name: "x", inputSchema });
  return "item" in mended ? mended.item.inputSchema : undefined;
};

describe("gateway: items that clients would refuse", () => {
  it("are left as they are when they are right", () => {
    const right: JsonObject = {
      name: "x",
      title: "X",
      description: "",
      inputSchema: { type: "object", properties: { a: { type: ["string", "null"] } }, required: ["a"], $defs: {} },
      outputSchema: { type: "object", anyOf: [] },
      annotations: { readOnlyHint: true, other: 1 },
      execution: { taskSupport: "optional" },
      icons: [{ src: "data:" }],
      other: [],
      _meta: {},
    };
    const mended = mend("tools/list", right);
    assert.ok("item" in mended);
    assert.equal(mended.item, right);
  });

  it("have a schema of an object", () => {
    const object = { type: "object" };
    for (const none of [undefined, null, [], true, {}, object]) assert.deepEqual(schemaOf(none), object);
    for (const type of [null, "Object", ["object", "null"]]) assert.deepEqual(schemaOf({ type }), object);
    for (const other of ["object", 1, false, [1], { type: "array" }, { type: ["string"] }])
      assert.equal(schemaOf(other), undefined, JSON.stringify(other));
    const properties = (given: unknown) => (schemaOf({ type: "object", properties: given }) as JsonObject).properties;
    assert.deepEqual(properties([]), {});
    assert.deepEqual(properties(null), {});
    assert.deepEqual(properties({ a: true, b: false, c: null, d: {} }), { a: {}, b: { not: {} }, c: {}, d: {} });
    const required = (given: unknown) => (schemaOf({ type: "object", required: given }) as JsonObject).required;
    for (const none of [null, true, "a"]) assert.equal(required(none), undefined);
    assert.deepEqual(required(["a", 1]), ["a"]);
    const output = mend("tools/list", { name: "x", inputSchema: object, outputSchema: { type: "string" } });
    assert.deepEqual(output, { item: { name: "x", inputSchema: object } });
  });

  it("lose what only they have wrong", () => {
    const [name, uri, inputSchema] = ["x", "x:y", { type: "object" }];
    const wrong: JsonObject[] = [
      ...[
        { sizes: "16x16", src: "x:" },
        { sizes: [16], src: "x:" },
        { theme: "blue", src: "x:" },
        { mimeType: 1, src: "" },
      ],
      null,
    ].map((icon) => ({ icons: [icon] }));
    wrong.push({ execution: { taskSupport: "maybe" } }, { execution: { taskSupport: null } }, { execution: "x" });
    for (const more of wrong)
      assert.deepEqual(mend("tools/list", { name, inputSchema, ...more }), { item: { name, inputSchema } });
    for (const annotations of [
      { priority: 2 },
      { priority: -0.1 },
      { lastModified: "yesterday" },
      { audience: "user" },
    ])
      assert.deepEqual(mend("resources/list", { name, uri, annotations }), { item: { name, uri, annotations: {} } });
    const right = {
      ...{ name, uri, icons: [{ src: "x:", sizes: ["any"], theme: "dark", mimeType: "image/png" }] },
      annotations: { priority: 1, lastModified: "2025-01-12T15:00:58+02:00", audience: ["user"] },
    };
    assert.deepEqual(mend("resources/list", right), { item: right });
  });

  it("have schemas that model providers take, at every level", () => {
    const cases: [unknown, unknown][] = [
      [{ type: "array" }, { type: "array", items: {} }],
      [{ type: ["array", "null"] }, { type: ["array", "null"], items: {} }],
      [
        { type: "array", items: [{ type: "string" }] },
        { type: "array", items: {}, prefixItems: [{ type: "string" }] },
      ],
      [
        { type: "array", items: { type: "array" } },
        { type: "array", items: { type: "array", items: {} } },
      ],
      [{ anyOf: [{ type: "array" }, { type: "null" }] }, { anyOf: [{ type: "array", items: {} }, { type: "null" }] }],
      [{ type: "string", required: true }, { type: "string" }],
      [{ type: "any", description: null }, {}],
      [{ type: "String" }, { type: "string" }],
      [{ minimum: 1, exclusiveMinimum: true }, { exclusiveMinimum: 1 }],
      [{ maximum: 1, exclusiveMaximum: false }, { maximum: 1 }],
      [
        { type: "object", properties: [] },
        { type: "object", properties: {} },
      ],
      [{ properties: { type: { type: "array" } } }, { properties: { type: { type: "array", items: {} } } }],
    ];
    for (const [given, expected] of cases) {
      const schema = schemaOf({ type: "object", properties: { a: given } }) as { properties: JsonObject };
      assert.deepEqual(schema.properties.a, expected, JSON.stringify(given));
    }
    const right = {
      type: "object",
      properties: {
        a: { type: "array", items: { type: "string" }, default: [], minItems: 1 },
        b: { $ref: "#/$defs/c" },
      },
      $defs: { c: { type: "integer", exclusiveMinimum: 0 } },
      required: ["a"],
      additionalProperties: false,
    };
    assert.equal(schemaOf(right), right);
  });

  it("are looked at once each, however many there are", () => {
    const properties = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`p${n}`, { type: "array" }]));
    const schema = schemaOf({ type: "object", properties }) as { properties: JsonObject };
    assert.equal(Object.keys(schema.properties).length, 50_000);
  }).timeout(5_000);

  it("are looked at to a depth that no stack minds", () => {
    let deep: unknown = { type: "array" };
    for (let level = 0; level < 20_000; level++) deep = { type: "object", properties: { a: deep } };
    assert.ok(schemaOf(deep));
  });

  it("lose members of the wrong kind, and nothing else", () => {
    const wrong = {
      name: "x",
      title: 1,
      description: null,
      icons: {},
      _meta: [],
      annotations: { readOnlyHint: "yes", a: 1 },
    };
    assert.deepEqual(mend("prompts/list", wrong), { item: { name: "x", annotations: { a: 1 } } });
    const list = [{ name: "a", required: "yes" }, { description: "no name" }, null];
    assert.deepEqual(mend("prompts/list", { name: "x", arguments: list }), {
      item: { name: "x", arguments: [{ name: "a" }] },
    });
    assert.deepEqual(mend("prompts/list", { name: "x", arguments: null }), { item: { name: "x" } });
  });

  it("need a name or an address", () => {
    for (const name of [undefined, null, 1, ""]) {
      assert.ok("problem" in mend("tools/list", { name, inputSchema: { type: "object" } }));
      assert.ok("problem" in mend("prompts/list", { name }));
      assert.ok("problem" in mend("resources/list", { name: "x", uri: name }));
      assert.ok("problem" in mend("resources/templates/list", { name: "x", uriTemplate: name }));
    }
    assert.deepEqual(mend("resources/list", { uri: "a:b" }), { item: { uri: "a:b", name: "a:b" } });
  });
});
