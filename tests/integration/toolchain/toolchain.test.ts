import assert from "node:assert/strict";
import { join } from "node:path";
import { run } from "../../support/fleet/command";
import { ROOT } from "../../support/fleet/stack";

describe("the toolchain", function () {
  this.timeout(300_000);

  it("has Pulumi plugins that do what the official SDKs ask of them", async () => {
    const cache = process.env.DIND_MCP_CACHE;
    assert.ok(cache, "DIND_MCP_CACHE is not set: start the tests with bin/dind-mcp test");
    const result = await run("bash", [join(ROOT, "toolchain/offline/pulumi/selftest.sh"), cache]);
    assert.equal(result.code, 0, result.stdout + result.stderr);
  });

  it("leaves the work tree as it is", async () => {
    const status = await run("git", ["status", "--porcelain", "--", "Pulumi.*.yaml", "Pulumi.yaml"], { cwd: ROOT });
    assert.equal(status.stdout, "");
  });
});
