import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { inside } from "../../support/attacks/probe";
import { ALLOWED, MARKER, type Site, startSite } from "../../support/attacks/site";
import { SERVERS, type ServerName, sessions } from "../../support/clients/sessions";
import { eventually } from "../../support/eventually";
import { must } from "../../support/fleet/command";
import { callTool, connect, docker, type Fleet, SOCKET, theFleet } from "../../support/fleet/fleet";

const INFO: Record<ServerName, { name: string; tools: string[] }> = {
  postgres: { name: "DBHub MCP Server", tools: ["execute_sql", "search_objects"] },
  files: {
    name: "secure-filesystem-server",
    tools: [
      ...["create_directory", "directory_tree", "edit_file", "get_file_info", "list_allowed_directories"],
      ...["list_directory", "list_directory_with_sizes", "move_file", "read_file", "read_media_file"],
      ...["read_multiple_files", "read_text_file", "search_files", "write_file"],
    ],
  },
  http: { name: "mcp-fetch", tools: ["fetch"] },
};

interface Rows {
  success: boolean;
  data: { statements: { rows: Record<string, unknown>[] }[] };
}

describe("the catalog's servers", function () {
  this.timeout(900_000);
  let fleet: Fleet;
  const clients: Client[] = [];
  const open = async (server: ServerName): Promise<Client> => {
    const client = await connect(fleet, server);
    clients.push(client);
    return client;
  };

  before(async () => {
    fleet = await theFleet();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });

  for (const server of SERVERS) {
    describe(server, () => {
      it("initializes, and lists its tools", async () => {
        const client = await open(server);
        assert.equal(client.getServerVersion()?.name, INFO[server].name);
        const { tools } = await client.listTools();
        assert.deepEqual(tools.map(({ name }) => name).sort(), INFO[server].tools);
      });

      it("is healthy, by a check that speaks MCP", async () => {
        const check = ["/.mcp/init", "check", "--socket", SOCKET, "--timeout-ms"];
        const config = JSON.parse(
          await docker(fleet, "inspect", `mcp-${server}`, "-f", "{{json .Config.Healthcheck}}"),
        );
        assert.deepEqual(config.Test.slice(0, 6), ["CMD", ...check]);
        await eventually(async () => {
          const status = await docker(fleet, "inspect", `mcp-${server}`, "-f", "{{.State.Health.Status}}");
          assert.equal(status, "healthy");
        }, 60_000);
        assert.match(
          await docker(fleet, "exec", `mcp-${server}`, ...check, "60000"),
          /^healthy: MCP \d{4}-\d{2}-\d{2}$/,
        );
      });

      it("gives each session a process of its own, which ends with it", async () => {
        // Processes that wait in the gateway's pools are none of this test's sessions.
        const waiting = await sessions(fleet, server);
        const opened = async () => (await sessions(fleet, server)).filter((pid) => !waiting.includes(pid));
        const one = await open(server);
        const two = await open(server);
        let both: number[] = [];
        await eventually(async () => {
          both = await opened(); // a health check's session may be among them, for a moment
          assert.equal(both.length, 2);
        }, 60_000);
        await one.close();
        await eventually(async () => {
          const left = await opened();
          assert.equal(left.length, 1);
          assert.ok(both.includes(left[0] ?? 0));
        }, 60_000);
        assert.ok((await two.listTools()).tools.length > 0, "the other session goes on");
      });

      it("is reached by the entry of the clientConfig output", async () => {
        const entry = fleet.outputs.clientConfig.mcpServers[server];
        assert.ok(entry);
        const client = new Client({ name: "dind-mcp-test", version: "1" });
        clients.push(client);
        const requestInit = { headers: entry.headers };
        await client.connect(new StreamableHTTPClientTransport(new URL(entry.url), { requestInit }));
        assert.equal(client.getServerVersion()?.name, INFO[server].name);
      });
    });
  }

  it("postgres gives the sample's rows", async () => {
    const query = async (sql: string) => {
      const { text, isError } = await callTool(fleet, "postgres", "execute_sql", { sql });
      assert.equal(isError, false, text);
      return (JSON.parse(text) as Rows).data.statements[0]?.rows;
    };
    assert.deepEqual(await query("SELECT name, city, country FROM customers ORDER BY id LIMIT 3"), [
      { name: "Ada Lindqvist", city: "Uppsala", country: "SE" },
      { name: "Bruno Ferreira", city: "Porto", country: "PT" },
      { name: "Chiara Conti", city: "Torino", country: "IT" },
    ]);
    assert.deepEqual(await query("SELECT name, price FROM products WHERE stock = 0"), [
      { name: "Bookend pair", price: "28.40" },
    ]);
    assert.deepEqual(await query("SELECT count(*)::int AS orders, sum(total) AS total FROM order_totals"), [
      { orders: 30, total: "6159.60" },
    ]);
  });

  it("postgres finds tables", async () => {
    const { text } = await callTool(fleet, "postgres", "search_objects", { object_type: "table", pattern: "order%" });
    const { data } = JSON.parse(text) as { data: { results: { name: string }[] } };
    assert.deepEqual(data.results.map(({ name }) => name).sort(), ["order_items", "orders"]);
  });

  it("files writes, reads back and edits; the file is on the workspace volume", async () => {
    const name = `test-${process.pid}-${Date.now()}.txt`;
    const path = `/workspace/${name}`;
    const content = "first line\nzweite Zeile: äöü €\n";
    try {
      const written = await callTool(fleet, "files", "write_file", { path, content });
      assert.equal(written.isError, false, written.text);
      assert.equal((await callTool(fleet, "files", "read_text_file", { path })).text, content);
      const edits = [{ oldText: "first line", newText: "another line" }];
      assert.equal((await callTool(fleet, "files", "edit_file", { path, edits })).isError, false);

      const volume = fleet.outputs.volumes.workspace ?? "";
      const mountpoint = await must("docker", ["volume", "inspect", volume, "-f", "{{.Mountpoint}}"]);
      assert.equal(await readFile(`${mountpoint}/${name}`, "utf8"), content.replace("first", "another"));
      assert.equal((await stat(`${mountpoint}/${name}`)).uid, 11_001);
    } finally {
      await inside(fleet, "mcp-files", "node", `require("node:fs").rmSync(${JSON.stringify(path)}, { force: true })`);
    }
  });

  describe("http", () => {
    let site: Site;
    before(async () => {
      site = await startSite(fleet);
    });
    after(() => site?.remove());

    it("fetches a page of an allowed site, as Markdown, through the egress proxy", async () => {
      // The proxy may remember for a minute that the name did not exist.
      await eventually(async () => {
        const { text, isError } = await callTool(fleet, "http", "fetch", { url: `http://${ALLOWED}/page` });
        assert.equal(isError, false, text);
        assert.match(text, /^# A page$/m);
        assert.match(text, new RegExp(`^${MARKER}\\.$`, "m"));
      }, 90_000);
      assert.ok((await site.requests()).includes(`80 GET ${ALLOWED} /page`));
      assert.match(await docker(fleet, "logs", "--tail", "20", "mcp-egress"), /TCP_MISS\/200 \d+ GET example\.com:80/);
    });
  });
});
