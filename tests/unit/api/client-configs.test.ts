import assert from "node:assert/strict";
import { Client, clientConfig, targets } from "../../../api/client-configs";

const local = "http://127.0.0.1:18080";
const each = targets(local, ["files", "http"], "each");

describe("orchestrator: client configurations", () => {
  it("name every server, or one URL for all", () => {
    assert.deepEqual(each, [
      { name: "files", url: "http://127.0.0.1:18080/servers/files/mcp" },
      { name: "http", url: "http://127.0.0.1:18080/servers/http/mcp" },
    ]);
    assert.deepEqual(targets(local, ["files", "http"], "all"), [{ name: "dind-mcp", url: `${local}/mcp` }]);
  });

  it(`claude-code: .mcp.json with type http and \${VAR}`, () => {
    assert.deepEqual(clientConfig(Client.ClaudeCode, each.slice(0, 1)).config, {
      mcpServers: {
        files: {
          type: "http",
          url: "http://127.0.0.1:18080/servers/files/mcp",
          headers: { Authorization: `Bearer \${DIND_MCP_TOKEN}` },
        },
      },
    });
  });

  it("claude-desktop: the bridge, with --allow-http for plain http only", () => {
    assert.deepEqual(clientConfig(Client.ClaudeDesktop, each.slice(0, 1)).config, {
      mcpServers: {
        files: {
          command: "npx",
          args: [
            ...["-y", "mcp-remote@0.15.1", "http://127.0.0.1:18080/servers/files/mcp", "--transport", "http-only"],
            ...["--allow-http", "--header", `Authorization:\${AUTHORIZATION}`],
          ],
          env: { AUTHORIZATION: "Bearer YOUR_TOKEN" },
        },
      },
    });
    const secure = clientConfig(Client.ClaudeDesktop, targets("https://mcp.example.com", [], "all"));
    assert.doesNotMatch(JSON.stringify(secure.config), /allow-http/);
  });

  it(`cursor: \${env:VAR}, and no type`, () => {
    assert.deepEqual(clientConfig(Client.Cursor, each.slice(1)).config, {
      mcpServers: {
        http: {
          url: "http://127.0.0.1:18080/servers/http/mcp",
          headers: { Authorization: `Bearer \${env:DIND_MCP_TOKEN}` },
        },
      },
    });
  });

  it("vscode: servers, and an input that asks for the token", () => {
    const { inputs, servers } = clientConfig(Client.VsCode, each).config as {
      inputs: { id: string; type: string; password: boolean }[];
      servers: Record<string, unknown>;
    };
    assert.deepEqual(
      inputs.map(({ id, type, password }) => [id, type, password]),
      [["dind-mcp-token", "promptString", true]],
    );
    assert.deepEqual(Object.keys(servers), ["files", "http"]);
    assert.deepEqual(servers.files, {
      type: "http",
      url: "http://127.0.0.1:18080/servers/files/mcp",
      headers: { Authorization: `Bearer \${input:dind-mcp-token}` },
    });
  });

  it("generic: streamable-http", () => {
    const { config } = clientConfig(Client.Generic, targets(local, [], "all"));
    assert.deepEqual(config, {
      mcpServers: {
        "dind-mcp": {
          type: "streamable-http",
          url: "http://127.0.0.1:18080/mcp",
          headers: { Authorization: `Bearer \${DIND_MCP_TOKEN}` },
        },
      },
    });
  });

  it("say where the file is and where the token goes", () => {
    for (const client of Object.values(Client)) {
      const { file, notes } = clientConfig(client, each);
      assert.ok(file.length > 0 && notes.some((note) => /token/i.test(note)), client);
    }
  });
});
