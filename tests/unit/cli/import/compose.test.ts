import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientServers } from "../../../../cli/import/entries";
import { understand } from "../../../../cli/import/understand";

describe("servers import: a Docker Compose file", () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "dind-mcp-compose-")));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const read = (text: string) =>
    clientServers(text, "docker-compose.yml").map(({ name, server, why }) => [
      name,
      server ? understand(server, { home: "/nowhere", folder }) : { why },
    ]);

  it("has services by image, with variables, volumes, ports and arguments", () => {
    mkdirSync(join(folder, "data"));
    const got = read(`services:
  git:
    image: mcp/git:1.2
    stdin_open: true
    environment: { TOKEN: , MODE: fast, N: 3 }
    volumes: [./data:/data:ro, kept:/kept]
    command: --repository /data
  web-mcp:
    image: me/web:2
    environment: [KEY=a=b, OTHER]
    volumes: [{ type: bind, source: ./data, target: /d }]
    ports: ["127.0.0.1:8080:80"]
    command: ["serve", "--x y"]
`);
    const [git, web] = got.map(([, start]) => start as Record<string, unknown>);
    assert.deepEqual(git?.source, { kind: "image", reference: "mcp/git:1.2" });
    assert.deepEqual(git?.env, { TOKEN: "", MODE: "fast", N: "3" });
    assert.deepEqual(git?.folders, [{ path: join(folder, "data"), at: "/data", readOnly: true }]);
    assert.deepEqual(git?.manifest, {
      storage: [{ name: "kept", path: "/kept" }],
      transport: { arguments: ["--repository", "/data"] },
    });
    assert.deepEqual(web?.env, { KEY: "a=b", OTHER: "" });
    assert.deepEqual(web?.folders, [{ path: join(folder, "data"), at: "/d", readOnly: false }]);
    assert.deepEqual(web?.manifest, {
      transport: { type: "streamable-http", port: 80, arguments: ["serve", "--x y"] },
    });
  });

  it("has services that are built from a folder, and those that cannot come", () => {
    mkdirSync(join(folder, "weather-mcp"));
    const got = read(`services:
  weather: { build: ./weather-mcp, command: --utc }
  other-mcp: { build: { context: ./weather-mcp, dockerfile: Other } }
  gone-mcp: { build: ./gone }
  database: { image: "postgres:17" }
  open-mcp: { image: "mcp/a:\${TAG}" }
  none-mcp: {}
  odd-mcp: [1]
`);
    assert.deepEqual(got[0], [
      "weather",
      { source: { kind: "local", path: join(folder, "weather-mcp") }, args: ["--utc"] },
    ]);
    const why = Object.fromEntries(got.slice(1).map(([name, start]) => [name, (start as { why: string }).why]));
    assert.match(why["other-mcp"] ?? "", /built by Other: call it Dockerfile/);
    assert.match(why["gone-mcp"] ?? "", /folder \.\/gone is not there/);
    assert.match(why.database ?? "", /does not look like an MCP server/);
    assert.match(why["open-mcp"] ?? "", /is filled in by Compose/);
    assert.match(why["none-mcp"] ?? "", /neither image nor build/);
    assert.match(why["odd-mcp"] ?? "", /not understood/);
  });
});
