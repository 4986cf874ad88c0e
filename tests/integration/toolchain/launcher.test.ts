import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../support/eventually";
import { type Result, run } from "../../support/fleet/command";
import { ROOT } from "../../support/fleet/stack";

describe("bin/dind-mcp", function () {
  this.timeout(300_000);
  let state: string;
  let env: NodeJS.ProcessEnv;
  const launcher = (...args: string[]): Promise<Result> =>
    run(join(ROOT, "bin/dind-mcp"), [...args, "--stack", "launcher"], { cwd: tmpdir(), env });

  before(async () => {
    assert.ok(process.env.DIND_MCP_CACHE, "DIND_MCP_CACHE is not set: start the tests with bin/dind-mcp test");
    state = await mkdtemp(join(tmpdir(), "dind-mcp-state-"));
    // What an earlier `dind-mcp env` would have set is not taken over; a DOCKER_HOST must not lead anybody astray.
    env = { ...process.env, DIND_MCP_STATE: state, PULUMI_BACKEND_URL: "", PULUMI_CONFIG_PASSPHRASE: "" };
    env.DOCKER_HOST = "tcp://127.0.0.1:1";
  });

  after(() => rm(state, { recursive: true, force: true }));

  it("teaches with --help, and says what it does not know", async () => {
    const help = await launcher("--help");
    assert.equal(help.code, 0);
    for (const command of [
      "up",
      "test",
      "preview",
      "refresh",
      "outputs",
      "destroy",
      "status",
      "validate",
      "doctor",
      "env",
    ]) {
      assert.match(help.stdout, new RegExp(`^  bin/dind-mcp ${command} `, "m"));
    }
    const unknown = await launcher("upp");
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /unknown command "upp"\. Did you mean up\? Known: up, preview/);
  });

  it("says that the command is wrong with exit code 2", async () => {
    for (const [args, text] of [
      [["status", "--stack"], /^error: --stack needs a name$/m],
      [["status", "--stack", "a b"], /^error: stack name "a b": expected letters/],
      [["status", "--stack", ".."], /^error: stack name "\.\.": expected letters/],
    ] as const) {
      const { code, stderr } = await run(join(ROOT, "bin/dind-mcp"), [...args], { env });
      assert.equal(code, 2, stderr);
      assert.match(stderr, text);
    }
    env.DIND_MCP_STATE = "relative";
    const relative = await launcher("status");
    env.DIND_MCP_STATE = state;
    assert.equal(relative.code, 2);
    assert.match(relative.stderr, /must be absolute paths, got .* and relative/);
  });

  it("ends with its exit code when nobody reads what it says", async () => {
    const shell = (script: string) => run("bash", ["-c", `${join(ROOT, "bin/dind-mcp")} ${script}`], { env });
    assert.equal((await shell("stack nonsense 2>/dev/full")).code, 2);
    const full = await shell("completion bash >/dev/full");
    assert.equal(full.code, 1);
    assert.match(full.stderr, /^error: standard output: .*no space left/m);
    assert.equal((await shell("completion bash | true; exit $PIPESTATUS")).code, 0);
  });

  it("helps and answers on a machine that never had a stack, and makes nothing there", async () => {
    const fresh = join(state, "fresh");
    const ask = (...args: string[]) =>
      run(join(ROOT, "bin/dind-mcp"), args, { env: { ...env, DIND_MCP_STATE: fresh } });
    const homeless = { ...env, HOME: undefined, DIND_MCP_CACHE: undefined, DIND_MCP_STATE: undefined };
    assert.match((await run(join(ROOT, "bin/dind-mcp"), ["--version"], { env: homeless })).stdout, /^dind-mcp \d/);
    const help = await ask("up", "--help");
    assert.equal(help.code, 0, help.stderr);
    assert.match(help.stdout, /^Usage: dind-mcp up/m);
    const status = await ask("status");
    assert.equal(status.code, 5, status.stderr);
    assert.match(status.stderr, /^error: the stack dev is not up.*\nto fix: bin\/dind-mcp up --stack dev$/m);
    await assert.rejects(stat(fresh), { code: "ENOENT" });
    // Nor in the checkout, which may be read-only.
    await assert.rejects(stat(join(ROOT, "node_modules/.cache/dind-mcp")), { code: "ENOENT" });
    const destroy = await ask("destroy", "--stack", "nothing");
    assert.equal(destroy.code, 5, destroy.stderr);
    assert.match(destroy.stderr, /there is no stack nothing yet/);
  });

  it("of those that change a stack one is at work at a time, engine start and stop too; help waits for nobody", async () => {
    const holder = spawn("flock", [join(state, "launcher.lock"), "sleep", "600"], { detached: true, stdio: "ignore" });
    try {
      await eventually(async () =>
        assert.equal((await run("flock", ["-n", join(state, "launcher.lock"), "true"])).code, 1),
      );
      assert.equal((await launcher("engine", "stop", "--help")).code, 0);
      const stop = launcher("engine", "stop");
      const first = await Promise.race([stop, sleep(4_000)]);
      assert.equal(first, undefined, "it waits");
      process.kill(-(holder.pid ?? 0));
      const { code, stderr } = await stop;
      assert.match(stderr, /another dind-mcp is at work \(changing the stack launcher\); waiting for it/);
      assert.equal(code, 5, stderr);
    } finally {
      holder.kill();
    }
  });

  it("doctor finds nothing missing on a machine that runs these tests", async () => {
    const doctor = await launcher("doctor", "--json");
    assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr);
    const { ok, checks } = JSON.parse(doctor.stdout) as { ok: boolean; checks: { name: string; ok: boolean }[] };
    assert.equal(ok, true);
    const all = ["machine", "system", "engine", "node", "packages", "pulumi", "images"];
    assert.deepEqual(
      checks.map((one) => one.ok && one.name),
      all,
    );
  });

  it("env makes plain pulumi commands work, with a passphrase of its owner's alone, and leaves the work tree clean", async () => {
    const lines = await launcher("env");
    assert.equal(lines.code, 0, lines.stderr);
    const script = `${lines.stdout}\npulumi stack ls --json && pulumi config get dind-mcp:networkCidr`;
    const shell = await run("bash", ["-ec", script], { cwd: ROOT, env });
    assert.equal(shell.code, 0, shell.stderr);
    assert.match(shell.stdout, /"name": "launcher"/);
    assert.match(shell.stdout, /172\.30\.0\.0\/16\s*$/);
    assert.equal((await stat(join(state, "passphrase"))).mode & 0o777, 0o600);
    assert.ok((await readFile(join(state, "passphrase"), "utf8")).length >= 40);
    const status = await run("git", ["status", "--porcelain", "--", "Pulumi*.yaml"], { cwd: ROOT });
    assert.equal(status.stdout, "");
  });

  it("never takes a stack for a new one because a kill left the attributes of its state empty", async () => {
    const file = join(state, "pulumi/.pulumi/stacks/dind-mcp/launcher.json");
    const before = await readFile(file, "utf8");
    await writeFile(`${file}.attrs`, "");
    const { code, stderr } = await launcher("env");
    assert.equal(code, 0, stderr);
    assert.equal(await readFile(file, "utf8"), before);
    await writeFile(`${file}.attrs`, "nonsense");
    assert.equal((await launcher("env")).code, 1);
    assert.equal(await readFile(file, "utf8"), before);
    await rm(`${file}.attrs`);
  });

  it("is quick when there is nothing to set up", async () => {
    const began = Date.now();
    assert.equal((await launcher("env")).code, 0);
    assert.ok(Date.now() - began < 30_000, `${Date.now() - began} ms`);
  });
});
