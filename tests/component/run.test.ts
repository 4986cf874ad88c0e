import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { groups } from "../groups";

const ROOT = join(__dirname, "../..");

function run(...args: string[]): { status: number | null; out: string; closing?: string } {
  const command = ["-r", "ts-node/register/transpile-only", "tests/run.ts", ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: ROOT, encoding: "utf8" });
  return { status, out: stdout + stderr, closing: stdout.trim().split("\n").at(-1) };
}

describe("npm test", () => {
  const file = "tests/unit/lib/bounded-map.test.ts";

  it("has every test file in one group", () => {
    const files = groups(join(ROOT, "tests")).flatMap((group) => group.files);
    assert.equal(new Set(files).size, files.length);
    for (const one of ["component/run.test.ts", "conformance/gateway.test.ts"]) assert.ok(files.includes(one), one);
  });

  it("runs files alone, and ends with one line of numbers", () => {
    const { status, out, closing } = run("--", file);
    assert.deepEqual([status, closing], [0, "1 passed, 0 failed"], out);
  });

  it("fails when nothing was run, or what was asked for is not there", () => {
    const nothing = run("--", file, "--grep", "no test has such a name");
    assert.deepEqual([nothing.status, nothing.closing], [1, "0 passed, 0 failed"], nothing.out);
    assert.match(run("--", "tests/unit/none.test.ts").out, /^error: tests\/unit\/none\.test\.ts: got no such file/);
    assert.match(run("--with", "nothing").out, /^error: --with: got nothing, expected one of .*hosts/);
  });

  it("tells with --help what takes longer", () => {
    const { status, out } = run("--help");
    assert.equal(status, 0, out);
    for (const table of ["fuzz", "hosts"]) assert.match(out, new RegExp(`^ {2}${table} +\\S`, "m"));
  });
});
