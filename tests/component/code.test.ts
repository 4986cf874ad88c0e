import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");

function run(tool: string, ...args: string[]): void {
  const result = spawnSync(join(ROOT, "node_modules/.bin", tool), args, { cwd: ROOT, encoding: "utf8" });
  assert.equal(result.status, 0, `${tool} ${args.join(" ")}:\n${result.stdout}${result.stderr}`);
}

describe("the code", () => {
  it("is formatted and linted (biome)", () => run("biome", "check", "--max-diagnostics=50", "."));
  it("type-checks (tsc --noEmit)", () => run("tsc", "--noEmit")).timeout(120_000);
});
