import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const SCRIPT = join(__dirname, "../../toolchain/endpoints.mts");

/** What `up` ends with, for outputs as `pulumi stack output --json` gives them. */
function table(outputs: Record<string, unknown>): string {
  const args = ["--no-warnings", "--experimental-strip-types", SCRIPT];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    input: JSON.stringify(outputs),
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

describe("the launcher's table", () => {
  it("shows every endpoint and every server's URL, and says how to get the tokens without showing one", () => {
    const shown = table({
      endpoints: { api: "http://127.0.0.1:18080", docker: "tcp://127.0.0.1:12375" },
      servers: { files: { transport: "stdio", url: "http://127.0.0.1:18080/servers/files/mcp", image: "sha256:1" } },
      clientConfig: "[secret]",
      tokens: "[secret]",
    });
    const [api, docker, files, ...rest] = shown.split("\n");
    assert.match(api ?? "", /^endpoint +api +http:\/\/127\.0\.0\.1:18080$/);
    assert.match(docker ?? "", /^endpoint +docker +tcp:\/\/127\.0\.0\.1:12375$/);
    assert.match(files ?? "", /^server +files +stdio {2}http:\/\/127\.0\.0\.1:18080\/servers\/files\/mcp$/);
    assert.match(rest.join("\n"), /outputs clientConfig --show-secrets[\s\S]*outputs tokens --show-secrets/);
    assert.doesNotMatch(shown, /\[secret\]/);
  });

  it("says that a stack has none", () => assert.equal(table({}), "the stack has no endpoints\n"));
});
