import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Result, run } from "../../support/fleet/command";

const LAUNCHER = join(__dirname, "../../../bin/dind-mcp");

describe("the launcher's own commands", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-component-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Runs one with folders of its own and no Docker, so that one that did its work could do no harm. */
  const launcher = (args: string): Promise<Result> => {
    const own = `DIND_MCP_CACHE=${join(folder, "cache")} DIND_MCP_STATE=${join(folder, "state")}`;
    return run("unshare", ["--mount", "bash", "-c", `mount -t tmpfs tmpfs /run && ${own} ${LAUNCHER} ${args}`]);
  };

  for (const command of ["clean", "env", "doctor"]) {
    it(`${command} helps, and refuses what it does not know, before it does anything`, async () => {
      for (const option of ["--help", "-h"]) {
        const { code, stdout, stderr } = await launcher(`${command} ${option}`);
        assert.deepEqual([code, stderr], [0, ""]);
        assert.match(stdout, new RegExp(`^Usage: bin/dind-mcp ${command}\\b.*\\n\\n\\w`));
      }
      const { code, stderr } = await launcher(`${command} --al`);
      assert.equal(code, 2);
      assert.match(stderr, new RegExp(`^error: ${command}: got "--al", expected .*--help says more`));
      assert.ok(!existsSync(join(folder, "cache")) && !existsSync(join(folder, "state")));
    });
  }
});
