import assert from "node:assert/strict";
import { originOf } from "../../../../cli/add/server-json";
import { entrySchema } from "../../../../cli/import/client-server";
import type { Start } from "../../../../cli/import/start";
import { understand } from "../../../../cli/import/understand";

const read = (entry: Record<string, unknown>) => understand(entrySchema.parse(entry), { home: "/home/ada" });
const URL = "https://mcp.example.com/mcp";

describe("servers import: an entry with an address", () => {
  it("is a remote server; each header is a secret, with its value out of the file or to be asked for", async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as clients write it
    const headers = { "X-Api-Key": "k3y", Authorization: "Bearer ${WEATHER_TOKEN}", "X-Team": "${input:team}" };
    const start = read({ url: URL, headers }) as Start;
    assert.deepEqual(start.source, { kind: "remote", url: URL, protocol: "streamable-http" });
    assert.deepEqual(start.manifest, {
      headers: {
        "X-Api-Key": { secret: "x-api-key" },
        Authorization: { secret: "weather-token", value: "Bearer {}" },
        "X-Team": { secret: "team" },
      },
      secrets: [{ name: "x-api-key" }, { name: "weather-token" }, { name: "team" }],
    });
    assert.deepEqual([start.values, start.open], [{ "x-api-key": "k3y" }, ["weather-token", "team"]]);
    const { document } = await originOf(start.source, { args: [] });
    assert.deepEqual(document, {
      ...{ name: "com.example.mcp/example", description: "The MCP server at mcp.example.com", version: "0.0.0" },
      remotes: [{ type: "streamable-http", url: URL }],
    });
  });

  it("is one too behind mcp-remote, with its headers and the variables that these name", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as clients write it
    const header = "Authorization:Bearer ${KEY}";
    const args = ["-y", "mcp-remote@0.1.30", URL, "3334", "--header", header, "--header", "X-Team: a"];
    const bridge = { command: "npx", args: [...args, "--transport", "sse-only"], env: { KEY: "hunter2", OTHER: "x" } };
    const start = understand(entrySchema.parse(bridge), { home: "/home/me" });
    assert.ok("source" in start, JSON.stringify(start));
    assert.deepEqual(start.source, { kind: "remote", url: URL, protocol: "sse" });
    assert.deepEqual(start.manifest?.headers, {
      Authorization: { secret: "key", value: "Bearer {}" },
      "X-Team": { secret: "x-team" },
    });
    assert.deepEqual([start.values, start.open], [{ key: "hunter2", "x-team": "a" }, []]);
  });

  it("may say that it is of the transport of 2024", () => {
    for (const entry of [{ serverUrl: "https://mcp.example.com/sse" }, { url: URL, type: "sse" }])
      assert.equal(((read(entry) as Start).source as { protocol: string }).protocol, "sse");
  });

  it("with a password or a query in it is left alone, and neither is shown", () => {
    for (const url of ["https://u:hunter2@mcp.example.com/mcp", `${URL}?key=hunter2`, "hunter2"]) {
      const { why } = read({ url }) as { why: string };
      assert.match(why, /address/);
      assert.doesNotMatch(why, /hunter2/);
    }
  });
});
