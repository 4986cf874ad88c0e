import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientText } from "../../../../cli/import/client-text";
import { clientServers } from "../../../../cli/import/entries";
import { understand } from "../../../../cli/import/understand";
import { ProblemsError } from "../../../../lib/problems";

describe("servers import: a hostile file", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "hostile-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const at = (name: string): string => join(folder, name);

  it("that is a pipe, a device, a folder, a link in a circle, huge, or no text is not read", () => {
    execFileSync("mkfifo", [at("pipe.json")]);
    mkdirSync(at("folder.json"));
    symlinkSync("circle.json", at("circle.json"));
    writeFileSync(at("bytes.json"), Buffer.from([0xff, 0xfe, 0x00]));
    writeFileSync(at("huge.json"), "");
    truncateSync(at("huge.json"), 2 ** 40);
    for (const [file, error] of [
      [at("pipe.json"), /a pipe, socket or device/],
      ["/dev/zero", /a pipe, socket or device/],
      [at("folder.json"), /a folder/],
      [at("circle.json"), /ELOOP/],
      [at("bytes.json"), /not UTF-8/],
      [at("huge.json"), /1048576 MiB, expected at most 32/],
      [at("none.json"), /no such file/],
    ] as const) {
      assert.throws(() => clientText(file, file), error, file);
    }
  });

  it("that is nested without end, or stands for more than it is, is an error and nothing else", () => {
    const deep = 100_000;
    const aliases = Array.from(
      { length: 40 },
      (_, at) => `  a${at}: &a${at} [${at === 0 ? "x" : `*a${at - 1}, *a${at - 1}`}]\n`,
    );
    for (const [file, text] of [
      ["f.json", `{"mcpServers": ${"[".repeat(deep)}`],
      ["f.json", `{"mcpServers": ${'{"a":'.repeat(deep)}1${"}".repeat(deep)}}`],
      ["f.yaml", `mcpServers: ${"[".repeat(deep)}`],
      ["f.yaml", `mcpServers:\n${aliases.join("")}`],
      ["f.toml", `mcp_servers = ${"[".repeat(deep)}`],
    ] as const) {
      assert.throws(() => clientServers(text, file), ProblemsError, text.slice(0, 30));
    }
  });

  it("with names of prototypes, no names and other things' shapes has servers or none, and changes nothing", () => {
    const text = `{"mcpServers": {"__proto__": {"command": "npx", "args": ["x"]}, "constructor": {"command": "constructor"},
      "": {"command": "npx"}, "a": null, "b": [], "c": {"command": {"x": 1}}, "d": {"command": "npx", "args": "x", "env": []}}}`;
    const named = clientServers(text, "f.json");
    const why = named.map(({ server }) => server && understand(server, { home: folder, folder }));
    assert.ok(why.every((one) => one === undefined || "why" in one || "source" in one));
    assert.equal(({} as Record<string, unknown>).command, undefined);
  });

  it("runs nothing: whatever a command, an argument or a variable says", () => {
    const bait = at("pwned");
    for (const command of [
      "npx",
      "uvx",
      "docker",
      "node",
      "python",
      "uv",
      "deno",
      "bun",
      "sh",
      "cmd",
      `$(touch ${bait})`,
      `\`touch ${bait}\``,
    ]) {
      for (const args of [
        [`$(touch ${bait})`],
        [`; touch ${bait}`],
        ["run", `x; touch ${bait}`],
        ["-y", `x@1.2.3 && touch ${bait}`],
        ["run", "-e", `A=$(touch ${bait})`, "-v", `$(touch ${bait}):/x`, "a:1"],
        ["-c", `import os; os.system("touch ${bait}")`],
        ["/c", `npx & touch ${bait}`],
        [`../../../../../../${"x/".repeat(3_000)}a.js`],
        ["\0.js", "a\nb"],
      ]) {
        understand({ command, args, env: { A: `$(touch ${bait})` } }, { home: folder, folder });
      }
    }
    assert.throws(() => clientText(bait, bait), /no such file/);
  });
});
