import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const RUNNER = join(__dirname, "../runner.sh");

/** Starts what ends with the run: in its group, in a session of its own, and one that knows no more than its home. */
const BUSY = `
begin
echo scratch "$TMPDIR"
sleep 300 & echo pid $!; disown
setsid sleep 301 & echo pid $!; disown
env -i HOME="$TMPDIR/home" setsid /bin/sleep 302 & echo pid $!; disown
`;

describe("tests/*/run.sh", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "mcp-runner-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function script(text: string): string {
    const file = join(folder, "run.sh");
    writeFileSync(file, `set -euo pipefail\n. ${RUNNER}\n${text}`);
    return file;
  }

  /** Reads a run's words until its last one, `ready`. */
  async function ready(child: ChildProcess): Promise<{ scratch: string; pids: number[] }> {
    const pids: number[] = [];
    let scratch = "";
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      const [what, word = ""] = line.split(" ");
      if (what === "scratch") scratch = word;
      else if (what === "pid") pids.push(Number(word));
      else break;
    }
    return { scratch, pids };
  }

  const runs = (pid: number): boolean =>
    existsSync(`/proc/${pid}/exe`) && spawnSync("kill", ["-0", `${pid}`]).status === 0;

  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`leave nothing after ${signal}, while a command of the foreground runs`, async () => {
      const text = `${BUSY}within_reach bash -c 'echo pid $$; echo ready; exec sleep 303'`;
      const child = spawn("bash", [script(text)], { stdio: ["ignore", "pipe", "inherit"] });
      const ended = new Promise((resolve) => child.once("exit", resolve));
      const { scratch, pids } = await ready(child);
      try {
        assert.deepEqual([pids.length, pids.every(runs), existsSync(scratch)], [4, true, true]);
        child.kill(signal);
        assert.equal(await ended, 130);
        assert.deepEqual([pids.filter(runs), existsSync(scratch)], [[], false]);
      } finally {
        for (const pid of pids.filter(runs)) process.kill(pid, "SIGKILL");
        if (scratch) rmSync(scratch, { recursive: true, force: true });
      }
    });
  }

  it("end with the code of their program, and leave nothing then", () => {
    const { status, stdout } = spawnSync("bash", [script(`${BUSY}within_reach bash -c 'exit 7'`)], {
      encoding: "utf8",
    });
    assert.equal(status, 7);
    const [, scratch = ""] = /^scratch (.*)$/m.exec(stdout) ?? [];
    assert.match(scratch, /mcp-run-/);
    assert.equal(existsSync(scratch), false);
    assert.deepEqual([...stdout.matchAll(/^pid (\d+)$/gm)].map(([, pid]) => Number(pid)).filter(runs), []);
  });

  it("say which options there are", () => {
    const read = (...args: string[]): string => {
      const text = `read_options "--write-docs --sample --only=WORD" "$@"\necho "\${args[*]}|\${option[--only]:-}"`;
      const { stdout, stderr } = spawnSync("bash", [script(text), ...args], { encoding: "utf8" });
      return (stdout + stderr).trim();
    };
    assert.equal(read(), "|");
    assert.equal(read("--sample", "--only", "a", "--only", "b c"), "--sample --only a --only b c|b c");
    assert.equal(read("--only"), "error: --only needs a value: --only WORD");
    assert.equal(read("--on"), "error: unknown argument --on. Known: --write-docs --sample --only WORD");
    for (const more of [["--sample"], ["--only", "a"]])
      assert.match(read("--write-docs", ...more), /needs a whole run/);
  });
});
