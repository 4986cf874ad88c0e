import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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

  it("tells what failed, and gives such a file a second try when all else is over", () => {
    const scratch = mkdtempSync(join(tmpdir(), "run-test-"));
    const mine = join("tests/component", `run-${process.pid}.test.ts`);
    const marker = JSON.stringify(join(scratch, "tried"));
    const fails = "setup().then(() => { throw new Error('too slow'); })";
    try {
      const body = (then: string): string =>
        `const fs = require("node:fs");\ndescribe("a file", () => it("is tried", async () => { const setup = async () => fs.appendFileSync(${marker}, "x");
        if (!fs.existsSync(${marker})) return ${fails};\n${then} }));`;
      writeFileSync(join(ROOT, mine), body(""));
      const once = run("--", file, mine);
      assert.deepEqual([once.status, once.closing], [0, "2 passed, 0 failed"], once.out);
      assert.match(once.out, new RegExp(`===== failed =====\n\n${mine}: a file is tried\ntoo slow`), once.out);
      assert.doesNotMatch(once.out, /failed again/);
      writeFileSync(join(ROOT, mine), body(`return ${fails};`));
      const twice = run("--", file, mine);
      assert.deepEqual([twice.status, twice.closing], [1, "1 passed, 1 failed"], twice.out);
      assert.match(twice.out, new RegExp(`===== failed again =====\n\n${mine}: a file is tried\ntoo slow`), twice.out);
    } finally {
      rmSync(join(ROOT, mine), { force: true });
      rmSync(scratch, { recursive: true, force: true });
    }
  });

  it("tells with --help what takes longer", () => {
    const { status, out } = run("--help");
    assert.equal(status, 0, out);
    for (const table of ["fuzz", "hosts"]) assert.match(out, new RegExp(`^ {2}${table} +\\S`, "m"));
  });
});
