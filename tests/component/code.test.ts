import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { floatingPromises } from "../support/floating-promises";

const ROOT = join(__dirname, "../..");

function run(tool: string, ...args: string[]): void {
  const env = { ...process.env, PATH: `${join(ROOT, "node_modules/.bin")}:${process.env.PATH}` };
  const result = spawnSync(tool, args, { cwd: ROOT, encoding: "utf8", env });
  assert.equal(result.status, 0, `${tool} ${args.join(" ")}:\n${result.stdout}${result.stderr}`);
}

describe("the code", () => {
  it("is formatted and linted (biome)", () => run("biome", "check", "--max-diagnostics=50", "."));
  it("has shell scripts without findings (shellcheck)", function () {
    if (spawnSync("shellcheck", ["--version"]).error) this.skip(); // bin/dind-mcp test brings it
    run("bash", "toolchain/lint-shell.sh");
  }).timeout(120_000);
  it("of the orchestrator drops no promise whose rejection nobody would hear", () => {
    assert.deepEqual(
      floatingPromises(ROOT, "orchestrator"),
      [],
      "end it with .catch(), or say `Never rejects` and do so",
    );
  }).timeout(180_000);
  it("type-checks (tsc --noEmit)", () => run("tsc", "--noEmit")).timeout(120_000);
});
