import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { consulServers } from "../../../../cli/import/from-consul";
import type { Start } from "../../../../cli/import/start";
import { understand } from "../../../../cli/import/understand";
import { registration, serviceOf } from "../../../../orchestrator/discovery/consul/service";
import { freePort } from "../../../support/free-port";
import { member, REGISTRANT } from "../../../support/orchestrator/discovery/members";

const TOKEN = "t0k3n";

/** A service as Consul's health API lists it. */
interface Listed {
  Address?: string;
  Port: number;
  Tags: string[];
  Meta?: Record<string, string>;
}

describe("servers import --consul", () => {
  let server: Server;
  let address: string;
  let services: Record<string, Listed[]>;

  before(async () => {
    server = createServer(({ headers, url = "" }, response) => {
      const status = headers["x-consul-token"] === TOKEN ? 200 : 403;
      const [, name] = /^\/v1\/health\/service\/(.*)\?passing=true$/.exec(url) ?? [];
      const tags = Object.entries(services).map(([one, [first]]) => [one, first?.Tags ?? ["mcp"]]);
      const instances = (services[decodeURIComponent(name ?? "")] ?? []).map((one) => {
        return { Node: { Address: "10.0.0.9" }, Service: { Address: "", ...one } };
      });
      response.statusCode = status;
      response.end(status === 403 ? "Permission denied" : JSON.stringify(name ? instances : Object.fromEntries(tags)));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());
  beforeEach(() => {
    services = {};
  });

  const found = (token = TOKEN) => consulServers({ address, token }, "http://127.0.0.1:18080");
  /** What a fleet registers, as Consul lists it. */
  const registered = (name: string | undefined, url?: string): Listed =>
    registration(serviceOf(member(name, url ? { url } : {}), REGISTRANT)) as unknown as Listed;

  it("finds another fleet's servers, each with a token that is to be set, and not the URL of all of them", async () => {
    services = { "mcp-files": [registered("files")], "mcp-orchestrator": [registered(undefined)] };
    const [files, all, ...more] = await found();
    assert.deepEqual(more, []);
    const start = understand(files?.server ?? assert.fail(), { home: "/home/ada", folder: "/" }) as Start;
    assert.equal(files?.name, "files");
    const url = "https://mcp.example.com/fleet/servers/files/mcp";
    assert.deepEqual(start.source, { kind: "remote", url, protocol: "streamable-http" });
    assert.deepEqual(start.open, ["token"]);
    assert.match(all?.why ?? "", /one by one/);
  });

  it("leaves out its own, what has not the tag, and says of what is not well that it is so", async () => {
    services = {
      "mcp-files": [registered("files", "http://127.0.0.1:18080/servers/files/mcp")],
      web: [{ Port: 80, Tags: ["web"] }],
      sick: [],
    };
    assert.deepEqual(await found(), [{ name: "sick", why: "none of its instances is well in Consul" }]);
  });

  it("goes by Consul's address and port where a service says no more", async () => {
    services = {
      "mcp-weather": [{ Port: 8080, Tags: ["mcp"] }],
      tides: [{ Address: "tides.corp", Port: 443, Tags: ["mcp"], Meta: { path: "/v2/sse", transport: "sse" } }],
    };
    const urls = (await found()).map(({ name, server }) => [name, server?.url, server?.type, server?.headers]);
    assert.deepEqual(urls, [
      ["weather", "http://10.0.0.9:8080/mcp", "http", undefined],
      ["tides", "https://tides.corp:443/v2/sse", "sse", undefined],
    ]);
  });

  it("says what Consul refused, and where the token goes; the token is not shown", async () => {
    await assert.rejects(found(""), (error: Error & { fix?: string }) => {
      assert.match(error.message, /got 403, Permission denied, expected the catalog of a Consul/);
      assert.match(error.fix ?? "", /CONSUL_HTTP_TOKEN/);
      return true;
    });
    await assert.rejects(found("hunter2"), (error: Error) => !error.message.includes("hunter2"));
    await assert.rejects(consulServers({ address: `http://127.0.0.1:${await freePort()}` }, ""), /ECONNREFUSED/);
  });
});
