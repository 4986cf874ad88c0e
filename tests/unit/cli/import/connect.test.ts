import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { FileFormat } from "../../../../api/clients/client";
import { type Connection, connect, disconnect } from "../../../../cli/connect/connect";
import type { Entry } from "../../../../cli/connect/formats/format";
import { FORMATS } from "../../../../cli/connect/formats/index";
import { Records } from "../../../../cli/connect/records";
import { clientOf } from "../../../../cli/import/client-of";
import { entriesNamed } from "../../../../cli/import/entries";

const FILES: [name: string, format: FileFormat, text: string][] = [
  [
    "claude_desktop_config.json",
    FileFormat.Json,
    '{\n  // mine\n  "mcpServers": {\n    "a": { "command": "npx", "args": ["x"] }, // first\n    "b": {"command": "npx"},\n    "kept": {"command": "sh"}\n  },\n  "theme": "dark"\n}\n',
  ],
  ["all.json", FileFormat.Json, '{"mcpServers":{"a":{"command":"npx"},"b":{"command":"npx"}}}'],
  [
    "config.toml",
    FileFormat.Toml,
    'model = "m" # mine\n\n[mcp_servers.a]\ncommand = "npx" # first\n\n[mcp_servers.b]\ncommand = "npx"\n[mcp_servers.b.env]\nKEY = "v"\n\n[mcp_servers.kept]\ncommand = "sh"\n',
  ],
  [
    "config.yaml",
    FileFormat.Yaml,
    "# mine\nextensions:\n  a:\n    cmd: npx # first\n  b: { cmd: npx }\n  kept:\n    cmd: sh\nmodel: m\n",
  ],
  ["all.yaml", FileFormat.Yaml, "mcpServers:\n  - name: a\n    command: npx\n  - name: b\n    command: npx\n"],
];

describe("servers import --connect: the gateway in the place of what came over", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-instead-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  for (const [name, format, before] of FILES) {
    const start = () => {
      const file = join(folder, name);
      writeFileSync(file, before);
      const records = new Records(join(folder, "records"));
      const without = entriesNamed(["a", "b"], before, file);
      const { container = "", kind = "property" } = without[0] ?? {};
      const value = kind === "item" ? { name: "dind-mcp", url: "u" } : { url: "u" };
      const ours: Entry = { container, key: "dind-mcp", kind, ...(kind === "item" ? { by: "name" } : {}), value };
      const put = (more: Partial<Connection> = {}) =>
        connect(
          {
            ...{ client: "claude-code", file, format, stack: "dev", entries: [ours], secret: false },
            ...{ force: false, dryRun: false, ...more },
          },
          records,
        );
      const names = () => {
        const members = FORMATS[format].data(readFileSync(file, "utf8"), file)[container] as object;
        return Array.isArray(members) ? members.map((one: { name: string }) => one.name) : Object.keys(members);
      };
      const undo = () => {
        const record = records.of(file);
        assert.ok(record);
        return disconnect(record, "dev", false, records);
      };
      return { file, without, put, names, undo };
    };
    const kept = before.includes("kept") ? ["kept"] : [];

    it(`${name}: those go, and come back to the byte`, () => {
      const { file, without, put, names, undo } = start();
      assert.equal(without.length, 2);
      put({ without });
      assert.deepEqual(names(), [...kept, "dind-mcp"]);
      put(); // a plain `connect` after that
      assert.deepEqual(names(), [...kept, "dind-mcp"]);
      assert.equal(undo().change, "restored");
      assert.equal(readFileSync(file, "utf8"), before);
    });

    it(`${name}: where somebody has changed it since, they come back beside that`, () => {
      const { file, without, put, names, undo } = start();
      put({ without: without.slice(0, 1) });
      put({ without: without.slice(1) });
      assert.deepEqual(names(), [...kept, "dind-mcp"]);
      const text = readFileSync(file, "utf8");
      writeFileSync(file, text.includes("mine") ? text.replace("mine", "changed") : `${text}\n`);
      assert.equal(undo().change, "mended");
      assert.deepEqual(names().sort(), ["a", "b", ...kept].sort());
      const { data } = FORMATS[format];
      assert.deepEqual(data(readFileSync(file, "utf8"), file), data(before, file));
    });
  }

  it("knows whose file it is by its place, else by its name", () => {
    for (const [file, client] of [
      ["project/.cursor/mcp.json", "cursor"],
      ["project/.vscode/mcp.json", "vscode"],
      ["project/.mcp.json", "claude-code"],
      ["elsewhere/claude_desktop_config.json", "claude-desktop"],
    ] as const) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), "{}");
      assert.equal(clientOf(join(folder, file), join(folder, "project")), client);
    }
    assert.throws(() => clientOf(join(folder, "servers.json"), folder), /could be any client's, expected --client/);
    assert.ok(statSync(folder).isDirectory());
  });
});
