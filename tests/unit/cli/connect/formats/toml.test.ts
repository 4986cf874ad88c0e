import assert from "node:assert/strict";
import fc from "fast-check";
import type { Entry } from "../../../../../cli/connect/formats/format";
import { toml } from "../../../../../cli/connect/formats/toml";
import { type Connected, connected, disconnected } from "../../../../../cli/connect/plan";

const { getStaticTOMLValue, parseTOML } = require("toml-eslint-parser");
const read = (text: string | null) => getStaticTOMLValue(parseTOML(text ?? "")) as Record<string, unknown>;
const VALUE = { url: "http://127.0.0.1/mcp", http_headers: { Authorization: "Bearer x" } };
const ONE: Entry = { container: "mcp_servers", key: "us", kind: "property", value: VALUE };
const OURS = '[mcp_servers.us]\nurl = "http://127.0.0.1/mcp"\nhttp_headers = { Authorization = "Bearer x" }\n';

function connect(text: string | null, entry = ONE, force = false): Connected {
  const wanted = { stack: "dev", entries: [entry], format: toml, file: "c.toml", force };
  const { record } = connected(text, undefined, wanted);
  assert.ok(record);
  return record;
}
const undo = (text: string, record: Connected) =>
  disconnected(text, record, { stack: "dev", format: toml, file: "c.toml" }).text;

describe("connect: TOML", () => {
  for (const [name, before, after] of [
    ["empty", "", OURS],
    ["a comment alone", "# mine", `# mine\n\n${OURS}`],
    ["tables behind a key", 'a = 1 # mine\n[b]\nc = "d"\n', `a = 1 # mine\n[b]\nc = "d"\n\n${OURS}`],
    ["CRLF", "a = 1\r\n", `a = 1\r\n\r\n${OURS.replaceAll("\n", "\r\n")}`],
    ["others of the kind", "[mcp_servers.a]\nurl = 'u'\n# end\n", `[mcp_servers.a]\nurl = 'u'\n# end\n\n${OURS}`],
    ["dotted keys", "mcp_servers.a.url = 'u'\n", `mcp_servers.a.url = 'u'\n\n${OURS}`],
  ] as const) {
    it(`puts ours at the end, and takes it out again: ${name}`, () => {
      const record = connect(before);
      assert.equal(record.written, after);
      assert.equal(undo(after, record), before);
    });
  }

  it("takes out only ours where the file was changed since, and no comment", () => {
    const before = "# mine\n[a]\nb = 1\n";
    const record = connect(before);
    const since = "# theirs\n[mcp_servers.b]\ncommand = 'x' # c\n\n[mcp_servers.us.env]\nA = '1'\n# last\n";
    assert.equal(
      undo(record.written + since, record),
      `${before}# theirs\n[mcp_servers.b]\ncommand = 'x' # c\n\n# last\n`,
    );
  });

  it("nothing is left of a file that was not there", () => {
    const record = connect(null);
    assert.equal(undo(`\n${record.written}\n`, record), null);
  });

  it("another server of the name: an error; with force it comes back, even when the file was changed since", () => {
    const theirs = "[mcp_servers.us]\ncommand = 'x' # mine\n\n[mcp_servers.us.env]\nA = '1'\n";
    const before = `${theirs}[z]\n`;
    assert.throws(() => connect(before), /c\.toml: mcp_servers\.us: got another server of this name.*--force/);
    const record = connect(before, ONE, true);
    assert.deepEqual(read(record.written), { mcp_servers: { us: VALUE }, z: {} });
    assert.equal(undo(record.written, record), before);
    const { mcp_servers: back } = read(undo(`${record.written}y = 1\n`, record));
    assert.deepEqual(back, { us: { command: "x", env: { A: "1" } } });
    // The same server, put there by hand, is nobody's to take away.
    const same = connect(OURS);
    assert.equal(undo(`${OURS}# more\n`, same), `${OURS}# more\n`);
  });

  it("says what it cannot edit, and shows nothing of the file", () => {
    for (const [text, error] of [
      ["mcp_servers = 1\n", /c\.toml: mcp_servers: got no table, expected a table/],
      [
        "[mcp_servers]\nus = { url = 'secret' }\n",
        /mcp_servers\.us: got another server.*a \[mcp_servers\.us\] of its own/,
      ],
      ["mcp_servers = { a = {} }\n", /mcp_servers: got a layout that cannot be edited/],
      ["a = 1\nb = secret\n", /c\.toml:2:\d+: \(the file\): got .*, expected TOML/],
      ["a = 1\n[a]\n", /c\.toml:2:\d+: \(the file\)/],
      ["a = 1 # x\rb = 2\n", /c\.toml.*got lines that end in CR alone|expected TOML/],
      [`a = ${"[".repeat(100_000)}`, /c\.toml.*\(the file\)/],
    ] as const) {
      assert.throws(
        () => connect(text, ONE, true),
        (wrong: Error) => {
          assert.match(wrong.message, error);
          assert.ok(!wrong.message.includes("secret"), wrong.message);
          return true;
        },
      );
    }
  });

  /** TOML with comments and blanks in many places. */
  const text = fc.gen().map((gen) => {
    const blank = () => gen(() => fc.constantFrom("", "\n", "# c1\n", "\n# c2 [x]\n", "  # c3 = '\n"));
    const tail = () => gen(() => fc.constantFrom("", "  ", " # c4"));
    const scalar = () =>
      gen(() =>
        fc.constantFrom(
          "1",
          "'a'",
          '"b # c"',
          "true",
          "1979-05-27",
          "[1, # c5\n 2]",
          '"""x\n[mcp_servers.us]\n"""',
          "{ a = 1 }",
        ),
      );
    const body = () =>
      "a b c"
        .split(" ")
        .slice(
          0,
          gen(() => fc.integer({ min: 0, max: 3 })),
        )
        .map((key) => `${blank()}${key} = ${scalar()}${tail()}\n`);
    const names = gen(() =>
      fc.subarray(["[x]", "[mcp_servers.other]", "[mcp_servers.other.env]", "[[y]]", '[mcp_servers."q.r"]']),
    );
    return [...body(), ...names.flatMap((name) => [`${blank()}  ${name}${tail()}\n`, ...body()]), blank()].join("");
  });
  const comments = (of: string) => of.match(/# c\d/g) ?? [];

  it("any TOML: adds ours, loses nothing, and comes back to the byte; changed since, only ours goes", () => {
    fc.assert(
      fc.property(text, (before) => {
        const record = connect(before);
        const { mcp_servers: servers, ...rest } = read(record.written);
        const { mcp_servers: had = {}, ...restBefore } = read(before);
        assert.deepEqual(rest, restBefore);
        assert.deepEqual(servers, { ...(had as object), us: VALUE });
        assert.deepEqual(comments(record.written), comments(before));
        assert.equal(undo(record.written, record), before);
        const since = undo(`${record.written}# c9\n`, record) ?? "";
        assert.deepEqual(read(since), read(before));
        assert.deepEqual(comments(since), [...comments(before), "# c9"]);
      }),
      { numRuns: 100 },
    );
  });
});
