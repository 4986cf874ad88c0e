import assert from "node:assert/strict";
import { knownPackages, saysMcp, started, tellingNames } from "../../../../cli/find/looks-like";

describe("servers find: what looks like an MCP server", () => {
  const known = knownPackages([{ for: "npm:@scope/kettle" }, { for: "pypi:tea-server" }]);
  const isFound = (...words: string[]): boolean => {
    const how = started(words);
    return how !== undefined && tellingNames(how).some((name) => saysMcp(name, known));
  };

  it("is one by its package, its script, or the folder that the script is in", () => {
    for (const words of [
      ["npm exec @modelcontextprotocol/server-memory /tmp/x"],
      ["npx", "-y", "@scope/kettle@1.2.3"],
      ["node", "/usr/bin/npx", "-y", "weather-mcp"],
      ["node", "/root/.npm/_npx/1/node_modules/@scope/kettle/dist/index.js"],
      ["/usr/bin/node", "--no-warnings", "/home/me/my-mcp/build/index.js"],
      ["/opt/uv/bin/uv", "tool", "run", "mcp-server-time"],
      ["/usr/bin/python3", "/root/.cache/uv/x/bin/mcp-server-git", "--repository", "/r"],
      ["python", "-u", "-m", "mcp_server_fetch"],
      ["/v/bin/python", "/v/bin/fastmcp", "run", "server.py"],
      ["uv", "run", "--with", "mcp[cli]", "mcp", "run", "server.py"],
      ["python3.12", "/v/bin/tea-server"],
    ]) {
      assert.ok(isFound(...words), words.join(" "));
    }
  });

  it("is none when only an argument, an upper folder or this program's own name says so", () => {
    for (const words of [
      ["node", "/srv/dind-mcp/cli/run.mjs", "servers"],
      ["node", "/home/me/mcp/projects/shop/web/src/server.js"],
      ["node", "server.js", "--name", "mcp-thing"],
      ["python3", "-c", "import mcp"],
      ["vim", "mcp.json"],
      ["mcp-server-fake"],
      ["node"],
      [""],
    ]) {
      assert.ok(!isFound(...words), words.join(" "));
    }
  });

  it("is understood as a client would have written it", () => {
    assert.deepEqual(started(["npm exec @scope/kettle /data"]), {
      program: "npm",
      what: "@scope/kettle",
      command: "npx",
      args: ["-y", "@scope/kettle", "/data"],
    });
    const { command, args } = started(["/usr/bin/python3", "/usr/bin/uvx", "mcp-server-time", "--x"]) ?? {};
    assert.deepEqual([command, args], ["uvx", ["mcp-server-time", "--x"]]);
  });
});
