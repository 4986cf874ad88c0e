import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "jsonc-parser";
import type { Entry } from "../../../../cli/connect/formats/format";
import { json } from "../../../../cli/connect/formats/json";
import { type Connected, connected, disconnected } from "../../../../cli/connect/plan";
import { ProblemsError } from "../../../../lib/problems";

const OURS: Entry[] = [
  { container: "inputs", key: "dind-mcp-token", kind: "item", value: { id: "dind-mcp-token", type: "promptString" } },
  { container: "servers", key: "dind-mcp", kind: "property", value: { type: "http", url: "http://127.0.0.1/mcp" } },
];
const wanted = (entries = OURS, force = false, stack = "dev") => ({
  stack,
  entries,
  format: json,
  file: "mcp.json",
  force,
});
/** What `disconnected` wants to know. */
const of = (stack = "dev") => ({ stack, format: json, file: "f" });

function connect(text: string | null, entries = OURS, force = false): Connected {
  const { record } = connected(text, undefined, wanted(entries, force));
  assert.ok(record);
  return record;
}
const read = (text: string | null) => parse((text ?? "").replace(/^\uFEFF/, "")) as Record<string, unknown>;

/** One server alone, for texts that a reader can check. */
const ONE: Entry[] = [{ container: "s", key: "us", kind: "property", value: { url: "u" } }];

describe("connect: the text of a configuration", () => {
  const cases: [name: string, before: string, after: string][] = [
    ["empty", "", '{\n  "s": {\n    "us": {\n      "url": "u"\n    }\n  }\n}\n'],
    ["no members", "{}", '{\n  "s": {\n    "us": {\n      "url": "u"\n    }\n  }\n}'],
    ["one line", '{"a":1}', '{"a":1,"s":{"us":{"url":"u"}}}'],
    [
      "tabs and CRLF",
      '{\r\n\t"s": {}\r\n}\r\n',
      '{\r\n\t"s": {\r\n\t\t"us": {\r\n\t\t\t"url": "u"\r\n\t\t}\r\n\t}\r\n}\r\n',
    ],
    [
      "a comment behind the last one",
      '{\n    "s": {\n        "a": 1 // mine\n    }\n}',
      '{\n    "s": {\n        "a": 1, // mine\n        "us": {\n            "url": "u"\n        }\n    }\n}',
    ],
    [
      "a comma at the end",
      '{\n  "s": {\n    "a": 1,\n    /* b */\n  },\n}',
      '{\n  "s": {\n    "a": 1,\n    /* b */\n    "us": {\n      "url": "u"\n    },\n  },\n}',
    ],
    [
      "an object on a line of its own",
      '{\n  "s": { "a": 1 }\n}',
      '{\n  "s": { "a": 1,\n    "us": {\n      "url": "u"\n    }\n  }\n}',
    ],
  ];
  for (const [name, before, after] of cases) {
    it(`puts ours at the end: ${name}`, () => {
      const record = connect(before, ONE);
      assert.equal(record.written, after);
      assert.deepEqual(disconnected(after, record, of()), { text: before });
    });
  }

  it("takes out only ours where the file was changed since, and no comment", () => {
    const before = '{\n  // first\n  "s": {\n    "a": 1, // mine\n  },\n  "z": [] // end\n}\n';
    const record = connect(before, ONE);
    const changed = record.written.replace('"z": []', '"z": [1]').replace('"us"', '/* theirs */ "us"');
    const expected = before.replace('"z": []', '"z": [1]').replace("// mine\n", "// mine\n    /* theirs */\n");
    assert.equal(disconnected(changed, record, of()).text, expected);
  });

  it("never joins a comment's line with what follows", () => {
    const record = connect('{"s": {\n// mine\n}}', ONE);
    const changed = record.written.replace(/\n\s*"us"[\s\S]*$/, '\n"us": {"url": "u"} }, "b": 1}');
    const { text } = disconnected(changed, record, of());
    assert.deepEqual(read(text), { s: {}, b: 1 });
    assert.match(text ?? "", /\/\/ mine\n/);
  });

  /** JSON with blanks and comments in any place, and commas at the end. */
  const jsonc = fc.gen().map((gen) => {
    const blank = fc.constantFrom("", " ", "\n", "\t", "\r\n  ", " // c1\n", "/* c2 */", "\n  // c3 , }\n  ");
    const gap = () => gen(() => blank);
    const list = (open: string, members: string[], close: string): string => {
      const end = members.length > 0 && gen(fc.boolean) ? `,${gap()}` : "";
      return open + members.map((one) => gap() + one + gap()).join(",") + gap() + end + close;
    };
    const render = (value: unknown): string => {
      if (Array.isArray(value)) return list("[", value.map(render), "]");
      if (value === null || typeof value !== "object") return JSON.stringify(value);
      const members = Object.entries(value).map(
        ([key, one]) => `${JSON.stringify(key)}${gap()}:${gap()}${render(one)}`,
      );
      return list("{", members, "}");
    };
    const name = () =>
      fc.string({ maxLength: 8 }).filter((text) => !["__proto__", "dind-mcp", "servers", "inputs"].includes(text));
    const value = () => fc.jsonValue({ maxDepth: 2 });
    const object = {
      ...gen(() => fc.dictionary(name(), value(), { maxKeys: 3 })),
      ...(gen(fc.boolean) ? { servers: gen(() => fc.dictionary(name(), value(), { maxKeys: 3 })) } : {}),
      ...(gen(fc.boolean) ? { inputs: gen(() => fc.array(fc.record({ id: name() }), { maxLength: 3 })) } : {}),
    };
    return (gen(fc.boolean) ? "\uFEFF" : "") + gap() + render(object) + gap();
  });
  const comments = (text: string) => text.match(/\/\/ c\d|\/\* c2 \*\//g) ?? [];
  const plus = (value: Record<string, unknown>) => ({
    ...value,
    servers: { ...(value.servers as object), "dind-mcp": OURS[1]?.value },
    inputs: [...((value.inputs as unknown[]) ?? []), OURS[0]?.value],
  });

  it("any JSON with comments: adds ours, loses nothing, and comes back to the byte", () => {
    fc.assert(
      fc.property(jsonc, (before) => {
        const record = connect(before);
        assert.deepEqual(read(record.written), plus(read(before)));
        assert.deepEqual(comments(record.written), comments(before));
        assert.equal(disconnected(record.written, record, of()).text, before);
        assert.equal(connected(record.written, record, wanted()).text, record.written, "twice is once");
      }),
      { numRuns: 200 },
    );
  });

  it("any JSON with comments, changed since: takes out ours and nothing else", () => {
    fc.assert(
      fc.property(jsonc, (before) => {
        const record = connect(before);
        const changed = `${record.written}\n// c9`;
        const { text } = disconnected(changed, record, of());
        assert.deepEqual(read(text), read(before));
        assert.deepEqual(comments(text ?? ""), [...comments(before), "// c9"]);
      }),
      { numRuns: 200 },
    );
  });

  it("written anew by the client in its own layout: takes out ours", () => {
    const before = { servers: { a: 1 }, other: true };
    const record = connect(JSON.stringify(before));
    const anew = JSON.stringify({ ...read(record.written), more: [] }, null, 4);
    assert.deepEqual(read(disconnected(anew, record, of()).text), { ...before, more: [] });
  });

  it("nothing is left of a file that was not there, whatever the client did to its layout", () => {
    const record = connect(null);
    assert.deepEqual(disconnected(record.written, record, of()), { text: null });
    const anew = JSON.stringify(read(record.written));
    assert.deepEqual(disconnected(anew, record, of()), { text: null });
    assert.deepEqual(disconnected(null, record, of()), { text: null }, "removed since");
  });

  it("a file that was changed since keeps that when it is connected again", () => {
    const record = connect('{"servers":{}}');
    const changed = record.written.replace("{", '{"mine":1,');
    const again = connected(changed, record, wanted());
    assert.equal(again.text, changed);
    assert.ok(again.record);
    assert.deepEqual(read(disconnected(changed, again.record, of()).text), { mine: 1, servers: {} });
    const other = connected(changed, record, wanted(ONE));
    assert.deepEqual(read(other.text), { mine: 1, servers: {}, s: { us: { url: "u" } } });
    assert.ok(other.record);
    assert.deepEqual(read(disconnected(other.text, other.record, of()).text), { mine: 1, servers: {} });
  });

  it("two stacks in one file, undone in either order", () => {
    const before = '{ "s": {} } // mine';
    const second: Entry[] = [{ container: "s", key: "second", kind: "property", value: 2 }];
    const first = connect(before, ONE);
    const both = connected(first.written, first, wanted(second, false, "b")).record;
    assert.ok(both);
    assert.deepEqual(read(both.written), { s: { us: { url: "u" }, second: 2 } });
    for (const order of [["dev", "b"] as const, ["b", "dev"] as const]) {
      const one: Connected | undefined = disconnected(both.written, both, of(order[0])).record;
      assert.ok(one);
      assert.deepEqual(Object.keys(one.stacks), [order[1]]);
      assert.deepEqual(disconnected(one.written, one, of(order[1])), { text: before });
    }
    assert.throws(
      () => connected(first.written, first, wanted([{ ...second[0], key: "us" } as Entry], false, "b")),
      /s\.us: got the entry of the stack dev, expected a name that is free.*--name NAME/,
    );
  });

  it("another server of the name: an error; with force it comes back, even when the file was changed since", () => {
    const before = '{\n  "s": {\n    "us": { "url" : "theirs" } // mine\n  }\n}\n';
    assert.throws(() => connect(before, ONE), /mcp\.json: s\.us: got another server of this name/);
    const record = connect(before, ONE, true);
    assert.deepEqual(read(record.written), { s: { us: { url: "u" } } });
    assert.equal(disconnected(record.written, record, of()).text, before);
    assert.equal(disconnected(`${record.written}\n`, record, of()).text, `${before}\n`);
    // Taken once, it is ours to change.
    const [mine] = ONE;
    assert.ok(mine);
    const rotated = connected(record.written, record, wanted([{ ...mine, value: { url: "v" } }])).record;
    assert.ok(rotated);
    assert.deepEqual(read(rotated.written), { s: { us: { url: "v" } } });
    assert.equal(disconnected(rotated.written, rotated, of()).text, before);
    // The same server, put there by hand, is nobody's to take away.
    const theirs = '{"s":{"us":{"url":"u"}}}';
    const same = connect(theirs, ONE);
    assert.equal(same.written, theirs);
    assert.equal(disconnected(`${theirs}\n`, same, of()).text, `${theirs}\n`);
  });

  it("says everything that is wrong, with its line", () => {
    const problems = (text: string, entries = OURS) => {
      try {
        connect(text, entries);
      } catch (error) {
        assert.ok(error instanceof ProblemsError);
        return error.problems.map(({ file, path, got, expected }) => `${file} ${path}: ${got}, ${expected}`);
      }
      return [];
    };
    assert.deepEqual(problems('{\n  "a": 1\n  "b": 2,\n  x\n}').slice(0, 2), [
      "mcp.json:3:3 (the file): Comma Expected, JSON",
      "mcp.json:4:3 (the file): Invalid Symbol, JSON",
    ]);
    assert.deepEqual(problems("[]"), ["mcp.json (the file): JSON with array at the top, an object"]);
    assert.deepEqual(problems('{"servers": [],\n "inputs": {}}'), [
      "mcp.json:2:12 inputs: object, an array",
      "mcp.json:1:13 servers: array, an object",
    ]);
    assert.deepEqual(problems('{"s": {}, "s": {}}', ONE), ["mcp.json:1:11 s: it twice, it once"]);
    assert.deepEqual(problems('{"s": {"us": 1, "us": 2}}', ONE), ["mcp.json:1:17 s.us: it twice, it once"]);
  });
});
