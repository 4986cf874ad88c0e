import assert from "node:assert/strict";
import { Scope } from "../../../../api/scopes";
import { type Init, pause, until } from "../../../support/mcp-init/mcp-init";
import { Site, servers } from "../../../support/orchestrator/gateway/gateway-site";
import { McpClient, type Reply } from "../../../support/orchestrator/gateway/mcp-client";

/** A client of HTTP+SSE, 2024-11-05: everything comes on the one stream. */
class OldClient {
  private constructor(
    readonly stream: Reply,
    readonly messages: McpClient,
  ) {}

  static async open(site: Site, name?: string, principal?: string): Promise<OldClient> {
    const folder = name === undefined ? "" : `/servers/${name}`;
    const stream = await new McpClient(`${site.test.url}${folder}/sse`, { principal }).listen();
    assert.equal(stream.status, 200);
    const [path] = stream.messages.length > 0 ? stream.messages : [await stream.has("sessionId")];
    assert.ok(path?.startsWith(`${folder}/messages?sessionId=`), path);
    return new OldClient(stream, new McpClient(`${site.test.url}${path}`, { principal }));
  }

  async ask(id: number, method: string, params: object = {}): Promise<string> {
    const reply = await this.messages.ask({ jsonrpc: "2.0", id, method, params });
    assert.equal(reply.status, 202, reply.text);
    return this.stream.has(`"id":${id},`);
  }

  async initialize(): Promise<string> {
    const params = { protocolVersion: "2024-11-05", capabilities: {}, clientInfo: { name: "old", version: "1" } };
    const answer = await this.ask(1, "initialize", params);
    await this.messages.ask({ jsonrpc: "2.0", method: "notifications/initialized" });
    return answer;
  }
}

describe("gateway: the old HTTP+SSE pair", function () {
  this.timeout(15_000);
  let site: Site;
  let init: Init;

  beforeEach(async () => {
    site = await Site.open({ limits: { sessions: 3 } });
    init = await site.stdio("one", { sessions: { max: 2, grace: "0s" } });
    site.test.principals.set("bob", { name: "bob", scopes: new Set([Scope.Mcp]) });
  });
  afterEach(Site.closeAll);

  for (const [name, tool] of [
    ["one", "progress"],
    [undefined, "one__progress"],
  ] as const) {
    it(`carries a session with ${name ?? "all servers"}`, async () => {
      const client = await OldClient.open(site, name);
      assert.match(await client.initialize(), /"protocolVersion"/);
      const answer = await client.ask(2, "tools/call", {
        name: tool,
        arguments: { n: 2 },
        _meta: { progressToken: 5 },
      });
      assert.match(answer, /done/);
      const kinds = client.stream.messages.map((text) =>
        text.includes("/progress") ? "progress" : text.includes('"id"') ? "answer" : "endpoint",
      );
      assert.deepEqual(kinds, ["endpoint", "answer", "progress", "progress", "answer"]);
      assert.ok(client.stream.events.every(({ id }) => id === undefined || /^s\d+-\d+$/.test(id)));
    });
  }

  it("names its other half below the path of the public URL, and takes both", async () => {
    const behind = await Site.open({ publicUrl: "https://example.com/fleet" });
    await behind.stdio("one");
    for (const folder of ["", "/servers/one"]) {
      for (const prefix of ["", "/fleet"]) {
        const stream = await new McpClient(`${behind.test.url}${prefix}${folder}/sse`).listen();
        const path = await stream.has("sessionId");
        assert.ok(path.startsWith(`/fleet${folder}/messages?sessionId=`), path);
        const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
        assert.equal((await new McpClient(`${behind.test.url}${path}`).ask(ping)).status, 202);
        await stream.has('"result"');
        stream.drop();
      }
    }
    await behind.close();
  });

  it("ends its session with its stream", async () => {
    const client = await OldClient.open(site, "one");
    await client.initialize();
    assert.equal(servers(init), 1);
    client.stream.drop();
    await init.alone();
    assert.deepEqual(site.gateway.sessions(), []);
    assert.deepEqual(site.test.ended, ["client-gone"]);
    assert.equal((await client.messages.ask({ jsonrpc: "2.0", id: 3, method: "ping" })).status, 404);
  });

  it("belongs to its principal and its server", async () => {
    const client = await OldClient.open(site, "one");
    await client.initialize();
    const key = new URL(client.messages.url).search;
    const ping = { jsonrpc: "2.0", id: 3, method: "ping" };
    for (const [path, principal] of [
      [`/servers/one/messages${key}`, "bob"],
      [`/messages${key}`, undefined],
      ["/servers/one/messages?sessionId=x", undefined],
      ["/servers/one/messages", undefined],
    ] as const) {
      assert.equal((await new McpClient(`${site.test.url}${path}`, { principal }).ask(ping)).status, 404, path);
    }
    const streamable = new McpClient(site.url("one"));
    streamable.session = key.slice("?sessionId=".length);
    await streamable.ask({ jsonrpc: "2.0", id: 4, method: "ping" });
    assert.match(await client.ask(5, "ping"), /result/, "and goes on");
  });

  it("wants initialize first, and once", async () => {
    const client = await OldClient.open(site, "one");
    for (const [id, method] of ["server/discover", "tools/list"].entries())
      assert.match(await client.ask(id, method), /"code":-32601.*never initialised: begin with initialize/);
    assert.match(await client.ask(8, "ping"), /"result":\{\}/, "a ping is answered at any time");
    assert.equal((await client.messages.ask("{}")).status, 400);
    await client.initialize();
    assert.match(await client.ask(2, "ping"), /result/);
  });

  it("waits with what is asked before initialize has its answer, and answers pings meanwhile", async () => {
    await site.stdio("slow", { command: ["--slow", "300"] });
    const client = await OldClient.open(site, "slow");
    const opening = client.initialize();
    await pause(50);
    const call = client.ask(3, "tools/call", { name: "pid" });
    assert.match(await client.ask(2, "ping"), /"result":\{\}/);
    assert.ok(!client.stream.messages.some((text) => text.includes('"id":1,')), "before the answer to initialize");
    await opening;
    assert.match(await call, /content/);
    assert.equal(site.gateway.usage("slow").connections, 1);
  });

  it("takes its place in the cap from its first moment, with 503 for those who find none", async () => {
    const clients = [await OldClient.open(site), await OldClient.open(site), await OldClient.open(site)];
    const more = await new McpClient(`${site.test.url}/sse`).listen();
    await more.done;
    assert.equal(more.status, 503);
    assert.equal(more.headers["retry-after"], "1");
    clients[0]?.stream.drop();
    await until(
      "room",
      () => site.gateway.sessions().length,
      (count) => count === 2,
    );
    assert.match(await (await OldClient.open(site)).initialize(), /protocolVersion/);
  });

  it("tells what fails on its stream", async () => {
    const client = await OldClient.open(site, "one");
    await client.initialize();
    assert.match(await client.ask(2, "tools/call", { name: "exit" }), /its process ended/);
    assert.match(await client.ask(3, "tools/call", { name: "pid" }), /content/);
    site.test.servers.set("one");
    await client.stream.done;
    await pause(10);
    assert.deepEqual(site.test.ended, ["server-removed"]);
  });

  it("ends alone when its server is removed while a request waits for the answer to initialize", async () => {
    await site.stdio("slow", { command: ["--slow", "300"] });
    const client = await OldClient.open(site, "slow");
    const initialize = { protocolVersion: "2024-11-05", capabilities: {}, clientInfo: { name: "old", version: "1" } };
    await client.messages.ask({ jsonrpc: "2.0", id: 1, method: "initialize", params: initialize });
    await client.messages.ask({ jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "pid" } });
    site.test.servers.set("slow");
    await client.stream.done;
    await pause(50);
    const ends = site.test.audited.map(({ method, result }) => `${method} ${result}`);
    assert.deepEqual(ends, ["initialize error", "tools/call error"]);
  });

  it("says why there is no session", async () => {
    await site.stdio("crash", { command: ["--crash"] });
    const client = await OldClient.open(site, "crash");
    assert.match(await client.initialize(), /its process ended before it answered initialize/);
    await client.stream.done;
    assert.deepEqual(site.gateway.sessions(), []);
  });
});
