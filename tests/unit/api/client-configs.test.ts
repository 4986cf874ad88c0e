import assert from "node:assert/strict";
import { CLIENT_NAMES, type Client, clientConfig, targets } from "../../../api/client-configs";

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
    assert.deepEqual(clientConfig("claude-code", each.slice(0, 1)).config, {
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
    assert.deepEqual(clientConfig("claude-desktop", each.slice(0, 1)).config, {
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
    const secure = clientConfig("claude-desktop", targets("https://mcp.example.com", [], "all"));
    assert.doesNotMatch(JSON.stringify(secure.config), /allow-http/);
  });

  it(`cursor: \${env:VAR}, and no type`, () => {
    assert.deepEqual(clientConfig("cursor", each.slice(1)).config, {
      mcpServers: {
        http: {
          url: "http://127.0.0.1:18080/servers/http/mcp",
          headers: { Authorization: `Bearer \${env:DIND_MCP_TOKEN}` },
        },
      },
    });
  });

  it("vscode: servers, and an input that asks for the token", () => {
    const { inputs, servers } = clientConfig("vscode", each).config as {
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

  it("the others: where the address is, and the client's words for the variable", () => {
    const url = `${local}/mcp`;
    const authorization = (words: string) => ({ headers: { Authorization: `Bearer ${words}` } });
    const braces = authorization(`\${DIND_MCP_TOKEN}`);
    const env = authorization(`\${env:DIND_MCP_TOKEN}`);
    const inFile = authorization("YOUR_TOKEN");
    const servers = (entry: object) => ({ mcpServers: { "dind-mcp": entry } });
    const expected: Partial<Record<Client, object>> = {
      "gemini-cli": servers({ httpUrl: url, ...braces }),
      "qwen-code": servers({ httpUrl: url, ...braces }),
      opencode: {
        mcp: {
          "dind-mcp": { type: "remote", url, enabled: true, oauth: false, ...authorization("{env:DIND_MCP_TOKEN}") },
        },
      },
      codex: { mcp_servers: { "dind-mcp": { url, bearer_token_env_var: "DIND_MCP_TOKEN" } } },
      continue: {
        mcpServers: [
          {
            name: "dind-mcp",
            type: "streamable-http",
            url,
            requestOptions: authorization(`\${{ secrets.DIND_MCP_TOKEN }}`),
          },
        ],
      },
      goose: {
        extensions: {
          "dind-mcp": {
            ...{ enabled: true, type: "streamable_http", name: "dind-mcp", description: "", uri: url, ...braces },
            ...{ env_keys: ["DIND_MCP_TOKEN"], timeout: 300 },
          },
        },
      },
      copilot: servers({ type: "http", url, ...braces, tools: ["*"] }),
      cline: servers({ type: "streamableHttp", url, ...inFile }),
      windsurf: servers({ serverUrl: url, ...env }),
      roo: servers({ type: "streamable-http", url, ...env }),
      zed: { context_servers: { "dind-mcp": { url, ...inFile } } },
      "lm-studio": servers({ url, ...inFile }),
      kiro: servers({ url, ...braces }),
      warp: servers({ url, ...braces }),
      crush: { mcp: { "dind-mcp": { type: "http", url, ...authorization("$DIND_MCP_TOKEN") } } },
      mcporter: servers({ url, ...braces }),
    };
    for (const [client, config] of Object.entries(expected)) {
      assert.deepEqual(clientConfig(client as Client, targets(local, [], "all")).config, config, client);
    }
  });

  it("generic: streamable-http", () => {
    const { config } = clientConfig("generic", targets(local, [], "all"));
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
    for (const client of CLIENT_NAMES) {
      const { file, notes, next } = clientConfig(client, each);
      assert.ok(file.length > 0 && next.length > 0 && notes.some((note) => /token/i.test(note)), client);
    }
  });

  it("links add one server each, as the client's file has it, where the client knows links", () => {
    const links = (client: Client, options = {}) => clientConfig(client, each, options).links ?? [];
    const [files] = links("cursor");
    const query = new URL(files?.url ?? "").searchParams;
    assert.equal(files?.url.split("?")[0], "cursor://anysphere.cursor-deeplink/mcp/install");
    assert.equal(query.get("name"), "files");
    const { mcpServers } = clientConfig("cursor", each).config as { mcpServers: Record<string, unknown> };
    assert.deepEqual(JSON.parse(Buffer.from(query.get("config") ?? "", "base64").toString()), mcpServers.files);

    const { servers, inputs } = clientConfig("vscode", each).config as Record<string, Record<string, object>>;
    const code = links("vscode").map(({ url }) => decodeURIComponent(url));
    assert.deepEqual(code, [
      `vscode:mcp/install?${JSON.stringify({ name: "files", ...servers?.files, inputs })}`,
      `vscode:mcp/install?${JSON.stringify({ name: "http", ...servers?.http, inputs })}`,
    ]);
    const [withToken] = links("vscode", { token: "s3cret" }).map(({ url }) => decodeURIComponent(url));
    assert.match(withToken ?? "", /"Authorization":"Bearer s3cret"}}$/, "it asks for no token then");
    assert.equal(clientConfig("codex", each).links, undefined);
  });
});
