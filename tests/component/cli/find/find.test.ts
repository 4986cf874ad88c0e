import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientFiles } from "../../../../cli/find/client-files";
import { type Loose, shown } from "../../../../cli/find/found";
import { processAt } from "../../../../cli/find/proc";
import { looseProcesses } from "../../../../cli/find/processes";
import { understand } from "../../../../cli/import/understand";
import { eventually } from "../../../support/eventually";

const SECRET = "sk-value-that-must-not-show-0123456789";

describe("servers find: processes and clients' files", function () {
  this.timeout(60_000);
  let folder: string;
  let child: ChildProcess | undefined;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "find-")));
  });
  afterEach(() => {
    child?.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  });

  const mine = (own: string[] = []): Loose[] =>
    looseProcesses(new Set(), own).filter((one) => one.server.args.some((word) => word.startsWith(folder)));

  it("a process: whose child it is, what it reaches, names of variables alone; it is ended with what it started", async () => {
    const script = join(folder, "kettle-mcp.mjs");
    writeFileSync(
      script,
      `import { spawn } from "node:child_process";
if (!process.argv.includes("inner")) spawn(process.execPath, [${JSON.stringify(script)}, "inner"], { stdio: "ignore" });
process.on("SIGTERM", () => {});
setInterval(() => {}, 1_000);`,
    );
    const env = { ...process.env, KETTLE_API_KEY: SECRET, MODE: "fast" };
    child = spawn(process.execPath, [script, "--boil"], { cwd: folder, env, stdio: "ignore" });
    await eventually(async () => assert.equal(mine().length, 1), 20_000);
    const [found] = mine();
    assert.ok(found);
    assert.equal(found.where, `process ${child.pid}`, "of the chain the first");
    assert.match(found.of, new RegExp(`\\(${process.pid}\\)$`));
    assert.deepEqual(found.reach.network, "open");
    assert.ok(found.reach.variables.includes("KETTLE_API_KEY") && found.reach.variables.includes("MODE"));
    assert.ok(!JSON.stringify(shown(found)).includes(SECRET));
    assert.equal(found.server.env.KETTLE_API_KEY, SECRET);
    assert.ok(!Object.hasOwn(found.server.env, "PATH") && !Object.hasOwn(found.server.env, "HOME"));
    const start = understand(found.server, { home: "/nowhere" });
    assert.ok("source" in start);
    assert.deepEqual(
      [start.source, start.args],
      [{ kind: "local", path: script, start: { script: "kettle-mcp.mjs" } }, ["--boil"]],
    );
    assert.deepEqual(mine([folder]), [], "what is this program's own is not told");
    await found.stop?.();
    assert.deepEqual(mine(), []);
    assert.equal(processAt(child.pid ?? 0), undefined);
  });

  it("the files of clients that are known, for the user and the project; a broken one keeps no other from its turn", () => {
    const put = (file: string, text: string): void => {
      mkdirSync(join(folder, file, ".."), { recursive: true });
      writeFileSync(join(folder, file), text);
    };
    put(
      ".cursor/mcp.json",
      JSON.stringify({
        mcpServers: { a: { command: "npx", args: ["-y", "a"], env: { KEY: SECRET } }, b: { url: "https://h" } },
      }),
    );
    put(".codex/config.toml", '[mcp_servers.c]\ncommand = "uvx"\nargs = ["c"]\n');
    put(".gemini/settings.json", "{ broken");
    put(".config/zed/settings.json", '{"theme": "dark"}');
    put("project/.mcp.json", JSON.stringify({ mcpServers: { d: { command: "node", args: ["server.js"] } } }));
    const exists = (file: string): boolean => clientExists(file);
    const { found, unread } = clientFiles({
      platform: "linux",
      home: folder,
      folder: join(folder, "project"),
      env: {},
      exists,
    });
    assert.deepEqual(
      found.map(({ of, what, where, folder: from }) => [of, what, where, from]),
      [
        ["claude-code", "server.js", `${join(folder, "project/.mcp.json")}: d`, join(folder, "project")],
        ["codex", "c", `${join(folder, ".codex/config.toml")}: c`, join(folder, ".codex")],
        ["cursor", "a", `${join(folder, ".cursor/mcp.json")}: a`, folder],
      ],
    );
    assert.deepEqual(found[2]?.reach.variables, ["KEY"]);
    assert.ok(!JSON.stringify(found.map(shown)).includes(SECRET));
    assert.deepEqual(unread, [`gemini-cli: ${join(folder, ".gemini/settings.json")}: cannot be read`]);
  });

  const clientExists = (file: string): boolean => file.startsWith(folder) && file.endsWith(".nothing");
});
