import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { must } from "../../support/fleet/command";
import { createStack, ROOT, removeStack, type TestStack } from "../../support/fleet/stack";
import { atTerminal } from "../../support/terminal";

const SECRET = "typed-value-that-must-not-show-0123456789";

describe("dind-mcp servers import, at a terminal", function () {
  this.timeout(180_000);
  let stack: TestStack;
  let folder: string;
  before(async () => {
    stack = await createStack("import"); // nothing of it is up
    folder = await mkdtemp(join(homedir(), "dind-mcp-import-"));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await removeStack(stack);
  });

  it("asks what a server may do in a folder, and for a key, which it does not show", async () => {
    const [notes, catalog, script] = ["notes", "catalog", "server.mjs"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const one of [notes, catalog]) await mkdir(one);
    await writeFile(script, "process.stdin.resume();\n");
    const server = { command: "node", args: [script, notes], env: { NOTES_KEY: "{env:KEY}", NOTES_ID: "" } };
    const file = join(folder, ".mcp.json");
    await writeFile(file, JSON.stringify({ mcpServers: { notes: server } }));
    const env = { ...stack.env, DIND_MCP_STATE: stack.folder, DIND_MCP_STACK: stack.name };
    const { code, text } = await atTerminal(
      [join(ROOT, "bin/dind-mcp"), "servers", "import", file, "--folder", catalog],
      [
        [/Lend it \[r\]ead-only, to read and \[w\]rite, or \[n\]ot at all\? \[r\] /, "w"],
        [/the value of notes-key; it is not shown/, SECRET],
        [/the value of notes-id; it is not shown/, ""],
      ],
      { cwd: folder, env },
    );
    assert.equal(code, 0, text);
    assert.ok(!text.includes(SECRET), "the key was shown");
    assert.match(text, /to set: bin\/dind-mcp secrets set notes notes-id/);
    const manifest = parse(await readFile(join(catalog, "notes/server.yaml"), "utf8"));
    assert.deepEqual(
      manifest.mounts.map(({ readOnly }: { readOnly: boolean }) => readOnly),
      [false],
    );
    const config = ["config", "--show-secrets", "--json", "--stack", stack.name];
    const stacks = ["--config-file", join(stack.folder, "stacks", `Pulumi.${stack.name}.yaml`)];
    const all = JSON.parse(await must("pulumi", [...config, ...stacks], { cwd: ROOT, env: stack.env }));
    assert.deepEqual(JSON.parse(all["dind-mcp:secrets"].value), { notes: { "notes-key": SECRET } });
    assert.match(all["dind-mcp:folders"].value, /"access":"read-write"/);
    assert.ok(!(await readFile(join(stack.folder, "stacks", `Pulumi.${stack.name}.yaml`), "utf8")).includes(SECRET));
  });
});
