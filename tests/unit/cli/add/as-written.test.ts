import assert from "node:assert/strict";
import { asSource } from "../../../../cli/add/as-written";

describe("servers add, with a command line as a server's page writes it", () => {
  const add = (...words: string[]): string =>
    asSource(["node", "main", "servers", "add", ...words])
      .slice(4)
      .join(" ");

  const same: [written: string, meant: string][] = [
    ["npx -y @scope/server-x /data --flag", "npm:@scope/server-x -- /data --flag"],
    ["npx -y @scope/server-x@1.2.3", "npm:@scope/server-x@1.2.3"],
    ["uvx mcp-server-time --local-timezone UTC", "pypi:mcp-server-time -- --local-timezone UTC"],
    ["uvx --from suite[mcp]==2.0.0 suite-mcp", "--program suite-mcp pypi:suite[mcp]==2.0.0"],
    ["--name x --dry-run npx -y server-x", "--name x --dry-run npm:server-x"],
  ];
  for (const [written, meant] of same) it(`takes ${written}`, () => assert.equal(add(...written.split(" ")), meant));

  it("leaves every other command line as it is", () => {
    for (const line of [
      "npm:server-x -- npx",
      "./npx",
      "--name npx npm:x",
      "npx",
      "npx --call rm -rf",
      "docker run x",
      "",
    ])
      assert.equal(add(...line.split(" ")), line);
    const other = ["node", "main", "config", "add", "npx", "-y", "x"];
    assert.equal(asSource(other), other);
  });
});
