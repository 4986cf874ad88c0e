import assert from "node:assert/strict";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, connections, disconnect } from "../../../../cli/connect/connect";
import { fileOf } from "../../../../cli/connect/file-of";
import { forgotten } from "../../../../cli/connect/forgotten";
import type { Entry } from "../../../../cli/connect/formats/format";

import { type FileRecord, Records } from "../../../../cli/connect/records";

const entry = (key: string): Entry => ({ container: "mcpServers", key, kind: "property", value: { url: key } });

describe("connect: hostile files, records and moments", () => {
  let folder: string;
  let records: Records;
  beforeEach(() => {
    folder = fs.mkdtempSync(join(tmpdir(), "connect-"));
    records = new Records(join(folder, "state"));
  });
  afterEach(() => {
    fs.rmSync(folder, { recursive: true });
  });

  const file = (...parts: string[]) => join(folder, ...parts);
  const go = (path: string, more: { keys?: string[]; secret?: boolean; dryRun?: boolean; stack?: string } = {}) => {
    const { keys = ["dind-mcp"], secret = false, dryRun = false, stack = "dev" } = more;
    const entries = keys.map(entry);
    return connect(
      { client: "cursor", format: "json", file: path, stack, entries, secret, force: false, dryRun },
      records,
    ).change;
  };
  const undo = (stack = "dev") =>
    connections(stack, records).map((one) => disconnect(one, stack, false, records).change);
  const text = (path = file("mcp.json")) => fs.readFileSync(path, "utf8");
  const mode = (path = file("mcp.json")) => (fs.statSync(path).mode & 0o777).toString(8);

  it("links in a circle are an error", () => {
    fs.symlinkSync("b", file("a"));
    fs.symlinkSync("a", file("b"));
    assert.throws(() => go(file("a")), /a: got ELOOP/);
  });

  it("lines that end in CR alone, and too deep a nesting, are errors", () => {
    for (const [before, error] of [
      ['{"a": 1 // mine\r}', /got lines that end in CR alone, expected LF or CRLF/],
      [`{"a": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`, /got JSON that is nested too deeply/],
    ] as const) {
      fs.writeFileSync(file("mcp.json"), before);
      assert.throws(() => go(file("mcp.json")), error);
      assert.equal(text(), before);
    }
    assert.deepEqual(undo(), []);
  });

  it("numbers, doubled keys and names of prototypes stay as they are", () => {
    const before =
      '{"n": 1e21, "m": 12345678901234567890, "n": -0.0, "__proto__": {"x": 1}, "s": "\\ud800", "mcpServers": {"__proto__": 1, "constructor": {}}}';
    fs.writeFileSync(file("mcp.json"), before);
    go(file("mcp.json"), { keys: ["toString"], stack: "constructor" });
    assert.ok(text().startsWith(before.slice(0, -2)), text());
    assert.deepEqual(connections("toString", records), []);
    go(file("mcp.json"), { keys: ["valueOf"], stack: "valueOf" });
    assert.deepEqual([undo("constructor"), undo("valueOf")], [["mended"], ["restored"]]);
    assert.equal(text(), before);
  });

  it("killed at any step while it is connected otherwise: nothing is left that nobody knows of", () => {
    class Killed extends Records {
      /** @param left steps until it is killed: a record saved, the file written, the record saved again */
      constructor(private left: number) {
        super(file("state"));
      }
      override save(record: FileRecord): void {
        this.step();
        super.save(record);
        this.step();
      }
      private step(): void {
        if (this.left-- === 0) throw new Error("killed");
      }
    }
    const before = '{"mcpServers": {"mine": 1}}';
    const files: string[] = [];
    for (const left of [0, 1, 2, 3]) {
      fs.writeFileSync(file("mcp.json"), before);
      go(file("mcp.json"));
      const entries = [entry("files"), entry("http")];
      const other = {
        client: "cursor" as const,
        format: "json" as const,
        file: file("mcp.json"),
        stack: "dev",
        entries,
      };
      const run = () => connect({ ...other, secret: false, force: false, dryRun: false }, new Killed(left));
      assert.throws(run, /killed/);
      files.push(Object.keys(JSON.parse(text()).mcpServers).join());
      undo();
      assert.deepEqual(JSON.parse(text()), JSON.parse(before), `step ${left}`);
    }
    const [first, last] = ["mine,dind-mcp", "mine,files,http"];
    assert.deepEqual(files, [first, first, last, last]);
  });

  it("permissions that somebody set since stay; without a token they are not touched", () => {
    fs.writeFileSync(file("mcp.json"), "{}", { mode: 0o644 });
    go(file("mcp.json"));
    fs.chmodSync(file("mcp.json"), 0o600);
    undo();
    assert.equal(mode(), "600");
    fs.chmodSync(file("mcp.json"), 0o644);
    go(file("mcp.json"), { secret: true });
    fs.chmodSync(file("mcp.json"), 0o640);
    undo();
    assert.equal(mode(), "640");
  });

  it("a record that is damaged or of a later version: told without its content, and no other is kept from its turn", () => {
    go(file("other.json"));
    for (const [content, error] of [
      ['{"original": "sk-secret', /got a damaged one, expected version 1/],
      [JSON.stringify({ version: 1, file: file("mcp.json"), original: 7 }), /got a damaged one/],
      [JSON.stringify({ version: 2, file: file("mcp.json") }), /got version 2, expected version 1/],
    ] as const) {
      go(file("mcp.json"));
      const known = records.of(file("mcp.json"));
      const names = fs.readdirSync(file("state")).map((name) => file("state", name));
      const path = names.find((name) => JSON.parse(text(name)).file === file("mcp.json")) ?? "";
      fs.writeFileSync(path, content);
      assert.throws(() => go(file("mcp.json")), error);
      assert.throws(
        () => go(file("mcp.json")),
        (wrong: Error) => !wrong.message.includes("sk-"),
      );
      const damaged: number[] = [];
      const understood = connections("dev", records, ({ code }) => damaged.push(code));
      assert.deepEqual(
        understood.map((one) => one.file),
        [file("other.json")],
      );
      assert.deepEqual(damaged, [1]);
      assert.ok(known);
      records.save(known);
    }
  });

  it("entries of our name that no record knows are told", () => {
    const path = file("mcp.json");
    assert.deepEqual(forgotten(["cursor"], path, records), []);
    go(path);
    assert.deepEqual(forgotten(["cursor"], path, records), []);
    fs.rmSync(file("state"), { recursive: true });
    assert.deepEqual(forgotten(["cursor", "vscode"], path, records), [path]);
    fs.writeFileSync(path, "{");
    assert.deepEqual(forgotten(["cursor"], path, records), []);
  });

  it("a path that is empty is an error, not the client's own file", () => {
    assert.throws(() => fileOf("cursor", { file: "", scope: "user" }), /--file: got ""/);
    const home = process.env.HOME;
    process.env.HOME = "relative";
    try {
      assert.equal(fileOf("cursor", { scope: "user" }), join(process.cwd(), "relative/.cursor/mcp.json"));
    } finally {
      process.env.HOME = home;
    }
  });
});
