import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { eventually } from "../../support/eventually";
import { copyCatalog, edit } from "../../support/fleet/catalog";
import { must, run } from "../../support/fleet/command";
import { killedAt } from "../../support/fleet/killed";
import {
  cli,
  createStack,
  mustCli,
  pulumi,
  ROOT,
  removeStack,
  setConfig,
  type TestStack,
} from "../../support/fleet/stack";

/** A stack with all that a backup has to hold: the database, shared files, storage, an extra server with a secret. */
describe("bin/dind-mcp backup", function () {
  this.timeout(1_200_000);
  let stack: TestStack;
  let file: string;
  let keys: string[];
  const inner = (...args: string[]) => must("docker", ["exec", stack.engineName, "docker", ...args]);
  const files = (...args: string[]) => inner("exec", "mcp-files", ...args);
  const sql = (query: string) =>
    inner("exec", "mcp-database", "psql", "-h", "/tmp", "-U", "postgres", "-Atc", query, "mcp");
  const paused = () => inner("ps", "-q", "--filter", "status=paused");

  before(async () => {
    stack = await createStack("backup", { engineStopGrace: 50, deploy: { images: ["mcp-files:*"] } });
    const catalog = await copyCatalog(stack, "files", "postgres");
    await edit(join(catalog, "files/server.yaml"), (text) => `${text}\nstorage: [{ name: own, path: /own }]\n`);
    await setConfig(stack, { catalog: [catalog] });
    await mustCli(stack, "up");
    await files("node", "-e", "fs.writeFileSync('/workspace/kept', 'shared'); fs.writeFileSync('/own/kept', 'own')");
    await sql("create table kept as select 'row' as what");
    await deployExtra();
    file = join(stack.folder, "fleet.backup");
    const passphrase = join(stack.folder, "backup-passphrase");
    await writeFile(passphrase, "a backup's passphrase\n", { mode: 0o600 });
    keys = ["--passphrase-file", passphrase];
  });
  after(async () => {
    await pulumi(stack, "cancel", "--yes");
    await removeStack(stack);
  });

  async function deployExtra(): Promise<void> {
    const image = await inner("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", "mcp-files");
    const manifest = {
      ...{ name: "extra", description: "A test's server", version: "1.0.0", image: image.trim() },
      transport: { type: "stdio", command: ["node", "/app/dist/start.js", "/tmp"] },
      secrets: [{ name: "key", description: "A test's" }],
      storage: [{ name: "data", path: "/data" }],
    };
    const env = { ...stack.env, DIND_MCP_STATE: stack.folder, DIND_MCP_STACK: stack.name };
    const input = stringify({ manifest, secrets: { key: "a test's secret" } });
    const { code, stderr } = await run(join(ROOT, "bin/dind-mcp"), ["servers", "deploy", "-"], { env, input });
    assert.equal(code, 0, stderr);
    await inner("exec", "mcp-extra", "node", "-e", "fs.writeFileSync('/data/kept', 'extra')");
  }

  it("is written while all runs, for its owner's eyes; it is whole, and says what is in it", async () => {
    const written = JSON.parse(await mustCli(stack, "backup", file, ...keys, "--json"));
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.ok(!existsSync(`${file}.partial`));
    assert.equal(await paused(), "");
    const { manifest } = JSON.parse(await mustCli(stack, "backup", "show", file, ...keys, "--json"));
    assert.deepEqual(manifest, written.manifest);
    assert.deepEqual([manifest.database, manifest.servers, manifest.passphrase], ["dump", ["extra"], true]);
    for (const part of [
      "state.json",
      "catalog/0.tar",
      "database/mcp.dump",
      "storage/pulumi/files.tar",
      "storage/api/extra.tar",
    ])
      assert.ok(written.hashes[part]?.bytes > 0, part);
    const { hashes } = JSON.parse(await mustCli(stack, "backup", "verify", file, ...keys, "--json"));
    assert.deepEqual(hashes, written.hashes);
  });

  it("replaces no file without --force", async () => {
    const { code, stderr } = await cli(stack, "backup", file, ...keys);
    assert.equal(code, 2);
    assert.match(stderr, /is there already/);
  });

  it("that is killed with -9 leaves no server paused, and no file under the backup's name", async () => {
    await files("sh", "-c", "head -c 300000000 /dev/urandom > /workspace/large");
    const name = join(tmpdir(), `dind-mcp-killed-${process.pid}.backup`);
    const env = { ...stack.env, DIND_MCP_STATE: stack.folder, DIND_MCP_STACK: stack.name };
    // The launcher becomes the command line: one process, which is killed.
    const child = spawn(join(ROOT, "bin/dind-mcp"), ["backup", name, ...keys], { env, stdio: "ignore" });
    const ended = once(child, "exit");
    await eventually(async () => assert.notEqual(await paused(), ""), 120_000);
    child.kill("SIGKILL");
    await ended;
    assert.ok(!existsSync(name));
    await eventually(async () => assert.equal(await paused(), ""), 10_000);
    await must("rm", ["-f", `${name}.partial`]);
    await files("rm", "/workspace/large");
  });

  it("with --offline stops the engine, and starts it again", async () => {
    const offline = join(stack.folder, "offline.backup");
    const { manifest } = JSON.parse(await mustCli(stack, "backup", offline, ...keys, "--offline", "--json"));
    assert.deepEqual([manifest.offline, manifest.database], [true, "files"]);
    assert.ok(manifest.parts.includes("volumes/postgres.tar"));
    assert.equal(await files("cat", "/own/kept"), "own");
  });

  it("into a folder is named by stack and time; --keep lets the one before go, and status tells its age", async () => {
    const folder = join(stack.folder, "backups");
    await mkdir(folder);
    for (const _ of [1, 2]) await mustCli(stack, "backup", `${folder}/`, ...keys, "--keep", "1d");
    const [one = "", ...more] = await readdir(folder);
    assert.deepEqual(more, []);
    assert.match(one, new RegExp(`^${stack.name}-\\d{8}T\\d{6}Z\\.backup$`));
    const { lastBackup } = JSON.parse((await cli(stack, "status", "--json")).stdout);
    assert.ok(lastBackup.ageSeconds < 600, JSON.stringify(lastBackup));
  });

  it("is restored into a stack of another name beside it; a restore killed while it fills volumes is run again", async () => {
    const other = await createStack("rehearsal");
    const own = join(ROOT, `Pulumi.${other.name}.yaml`);
    const { config } = parse(await readFile(join(other.folder, "stacks", `Pulumi.${other.name}.yaml`), "utf8"));
    await writeFile(own, stringify({ config }));
    try {
      const stopped = async () => {
        const state = ["inspect", "-f", "{{.State.Status}}", other.engineName];
        assert.equal(await must("docker", state), "exited");
      };
      await killedAt(other, ["restore", file, ...keys, "--force"], stopped, 600_000);
      await mustCli(other, "restore", file, ...keys);
      const there = (...args: string[]) => must("docker", ["exec", other.engineName, "docker", "exec", ...args]);
      assert.equal(await there("mcp-files", "cat", "/workspace/kept"), "shared");
      assert.equal(await there("mcp-files", "cat", "/own/kept"), "own");
      assert.equal(await there("mcp-extra", "cat", "/data/kept"), "extra");
      const query = ["psql", "-h", "/tmp", "-U", "postgres", "-Atc", "select what from kept", "mcp"];
      assert.equal(await there("mcp-database", ...query), "row");
      const tokens = (of: TestStack) => mustCli(of, "outputs", "tokens", "--show-secrets", "--json");
      assert.equal(await tokens(other), await tokens(stack));
    } finally {
      await pulumi(other, "cancel", "--yes");
      await removeStack(other).finally(() => rm(own));
    }
  });

  it("brings the stack back when all of it is gone: the same tokens, files and rows, and the extra server", async () => {
    const outputs = () => mustCli(stack, "outputs", "tokens", "--show-secrets", "--json");
    const tokens = await outputs();
    const refused = await cli(stack, "restore", file, ...keys, "--force");
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /nothing was touched/);
    await mustCli(stack, "destroy");
    await mustCli(stack, "restore", file, ...keys, "--force");
    assert.equal(await outputs(), tokens);
    assert.equal(await files("cat", "/workspace/kept"), "shared");
    assert.equal(await files("cat", "/own/kept"), "own");
    assert.equal(await inner("exec", "mcp-extra", "cat", "/data/kept"), "extra");
    assert.equal(await sql("select what from kept"), "row");
  });
});
