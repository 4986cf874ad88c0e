import assert from "node:assert/strict";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import type { Entry } from "../../../../../cli/connect/formats/format";
import { yaml } from "../../../../../cli/connect/formats/yaml";
import { type Connected, connected, disconnected } from "../../../../../cli/connect/plan";

const read = (text: string | null) => (parse(text ?? "") ?? {}) as Record<string, unknown>;
const VALUE = { url: "u", headers: { Authorization: "Bearer X" } };
const MAP: Entry = { container: "ext", key: "us", kind: "property", value: VALUE };
const ITEM: Entry = { container: "list", key: "us", kind: "item", by: "name", value: { name: "us", url: "u" } };

function connect(text: string | null, entries = [MAP], force = false): Connected {
  const { record } = connected(text, undefined, { stack: "dev", entries, format: yaml, file: "c.yaml", force });
  assert.ok(record);
  return record;
}
const undo = (text: string, record: Connected) =>
  disconnected(text, record, { stack: "dev", format: yaml, file: "c.yaml" }).text;

const OURS = "us:\n    url: u\n    headers:\n      Authorization: Bearer X\n";

describe("connect: YAML", () => {
  for (const [name, entry, before, after] of [
    ["empty", MAP, "", `ext:\n  ${OURS}`],
    ["a comment alone, no line break", MAP, "# mine", `# mine\next:\n  ${OURS}`],
    ["others", MAP, "ext:\n  a: 1 # mine\n  # end\nb: 2\n", `ext:\n  a: 1 # mine\n  ${OURS}  # end\nb: 2\n`],
    ["nothing in it yet", MAP, "ext: # mine\nb: 2\n", `ext: # mine\n  ${OURS}b: 2\n`],
    ["brackets", MAP, "ext: {a: 1} # mine\n", `ext: {a: 1, "us": ${JSON.stringify(VALUE)}} # mine\n`],
    ["empty brackets", MAP, "ext: {}\n", `ext: {"us": ${JSON.stringify(VALUE)}}\n`],
    [
      "a block of text last",
      MAP,
      "ext:\n  a: |\n    x\n    y\n\nb: 1\n",
      `ext:\n  a: |\n    x\n    y\n  ${OURS}\nb: 1\n`,
    ],
    [
      "a list",
      ITEM,
      "list:\n- name: a # mine\n  url: b\nc: 1\n",
      "list:\n- name: a # mine\n  url: b\n- name: us\n  url: u\nc: 1\n",
    ],
    ["no list", ITEM, "c: 1", "c: 1\nlist:\n  - name: us\n    url: u\n"],
    ["CRLF", ITEM, "c: 1\r\n", "c: 1\r\nlist:\r\n  - name: us\r\n    url: u\r\n"],
  ] as const) {
    it(`puts ours at the end, and takes it out again: ${name}`, () => {
      const record = connect(before, [entry]);
      assert.equal(record.written, after);
      assert.equal(undo(after, record), before);
      const since = undo(`${after}# since\n`, record) ?? "";
      assert.deepEqual(
        { ext: undefined, ...read(since) }.ext || undefined,
        { ext: undefined, ...read(before) }.ext || undefined,
      );
      assert.match(since, /# since\n$/);
    });
  }

  it("nothing is left of a file that was not there", () => {
    const record = connect(null, [MAP, ITEM]);
    assert.deepEqual(read(record.written), { ext: { us: VALUE }, list: [ITEM.value] });
    assert.equal(undo(`\n${record.written}\n`, record), null);
  });

  it("another server of the name: an error; with force it comes back, even when the file was changed since", () => {
    const before = "ext:\n    us: { cmd: x } # mine\n    b: 1\n";
    assert.throws(() => connect(before), /c\.yaml: ext\.us: got another server of this name/);
    const record = connect(before, [MAP], true);
    assert.deepEqual(read(record.written), { ext: { us: VALUE, b: 1 } });
    assert.equal(undo(record.written, record), before);
    assert.equal(undo(`${record.written}c: 1\n`, record), `${before}c: 1\n`);
    const list = "list:\n  - name: us\n    cmd: x\n  - name: b\n";
    const item = connect(list, [ITEM], true);
    assert.deepEqual(read(item.written), { list: [ITEM.value, { name: "b" }] });
    assert.equal(undo(`${item.written}c: 1\n`, item), `${list}c: 1\n`);
  });

  it("says what it cannot edit, and shows nothing of the file", () => {
    const laughs = `a: &a [x, x]\n${"bcdefghi".replace(/./g, (key) => `${key}: &${key} [${`*${String.fromCharCode(key.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`;
    for (const [text, error] of [
      ["ext: [1]\n", /c\.yaml:1:6: ext: got something else, expected a map/],
      ["- secret\n", /c\.yaml: \(the file\): got YAML without a map at the top/],
      ["a: 1\nb: 'secret\n", /c\.yaml:\d+:\d+: \(the file\): got .*, expected YAML/],
      ["a: 1\n---\nb: secret\n", /c\.yaml:\d+:\d+: \(the file\): got .*multiple documents/],
      ["a: 1\na: 2\n", /c\.yaml:2:1: \(the file\): got Map keys must be unique/],
      [laughs, /c\.yaml: \(the file\): got aliases that cannot be followed/],
      ["ext: &x\n  a: 1\nb: *x\n", /ext: got a layout that cannot be edited/],
      ["a: 1 # x\rb: 2\n", /got lines that end in CR alone/],
      [`a: ${"[".repeat(5_000)}`, /c\.yaml.*\(the file\)/],
    ] as const) {
      assert.throws(
        () => connect(text, [MAP], true),
        (wrong: Error) => {
          assert.match(wrong.message, error);
          assert.ok(!wrong.message.includes("secret"), wrong.message);
          return true;
        },
      );
    }
  });

  /** YAML of any data, laid out anyhow, with comments between its lines. */
  const text = fc.gen().map((gen) => {
    const key = () => fc.constantFrom("a", "b c", "d-e", "1", "#x", "'q'", "ü");
    const value = () =>
      fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom("x\ny\n", "x: y", " # no", "- z", "true"));
    const data = {
      ...gen(() => fc.dictionary(key(), value(), { maxKeys: 3 })),
      ...(gen(fc.boolean) ? { ext: gen(() => fc.dictionary(key(), value(), { maxKeys: 3 })) } : {}),
      ...(gen(fc.boolean)
        ? { list: gen(() => fc.array(fc.record({ name: key(), v: value() }), { maxLength: 3 })) }
        : {}),
    };
    const options = {
      indent: gen(() => fc.constantFrom(2, 4)),
      indentSeq: gen(fc.boolean),
      lineWidth: 0,
      collectionStyle: gen(() => fc.constantFrom("any", "any", "flow")),
    } as const;
    const written = Object.keys(data).length === 0 ? "" : stringify(data, options);
    // Before a line at the outermost level a comment may stand whatever is above it.
    return written.replace(/^(?=[a-z'"])/gm, () => gen(() => fc.constantFrom("", "", "# c1\n", "\n")));
  });
  const comments = (of: string) => of.match(/# c\d/g) ?? [];
  const plain = ({ ext, list, ...rest }: Record<string, unknown>) => ({ rest, ext: ext ?? {}, list: list ?? [] });

  it("any YAML: adds ours, loses nothing, and comes back to the byte; changed since, only ours goes", () => {
    fc.assert(
      fc.property(text, (before) => {
        const record = connect(before, [MAP, ITEM]);
        const was = plain(read(before));
        const now = plain(read(record.written));
        assert.deepEqual(now.rest, was.rest);
        assert.deepEqual(now.ext, { ...(was.ext as object), us: VALUE });
        assert.deepEqual(now.list, [...(was.list as unknown[]), ITEM.value]);
        assert.deepEqual(comments(record.written), comments(before));
        assert.equal(undo(record.written, record), before);
        const since = undo(`${record.written}\n# c9\n`, record) ?? "";
        assert.deepEqual(plain(read(since)), was);
        assert.deepEqual(comments(since), [...comments(before), "# c9"]);
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });
});
