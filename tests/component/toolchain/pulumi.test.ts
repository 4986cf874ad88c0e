import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(__dirname, "../../..");

describe("the pulumi that stands before the real one", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "mcp-test-pulumi-"));
    writeFileSync(join(folder, "pulumi"), '#!/bin/sh\necho "$PULUMI_NODEJS_TSCONFIG_PATH"\n', { mode: 0o755 });
  });
  after(() => rmSync(folder, { recursive: true }));

  /** The options of TypeScript that the real one is told of. */
  const told = (cwd: string, ...args: string[]): string => {
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, PULUMI_NODEJS_TSCONFIG_PATH: undefined };
    return execFileSync(join(ROOT, "toolchain/bin/pulumi"), args, { cwd, env, encoding: "utf8" }).trim();
  };

  it("has this program loaded by what was kept, and no other", () => {
    const kept = "toolchain/tsconfig.program.json";
    assert.equal(told(ROOT, "preview", "--config-file", "x"), kept);
    assert.equal(told(ROOT, "stack", "ls"), kept);
    assert.equal(told(folder, "preview"), "");
    for (const away of [["-C", folder], ["--cwd", folder], [`--cwd=${folder}`]])
      assert.equal(told(ROOT, ...away, "preview"), "", away.join(" "));
  });
});
