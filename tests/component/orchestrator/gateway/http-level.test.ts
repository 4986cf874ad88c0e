import assert from "node:assert/strict";
import { request } from "node:http";
import { connect } from "node:net";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";
import { type McpClient, modern, Reply } from "../../../support/orchestrator/gateway/mcp-client";

const PING = { jsonrpc: "2.0", id: 1, method: "ping" };

/** What HTTP itself can go wrong with, at every endpoint that there is. */
describe("gateway: HTTP", function () {
  this.timeout(20_000);
  let site: Site;
  let client: McpClient;
  const endpoints: (string | undefined)[] = ["one", undefined];

  before(async () => {
    site = await Site.open({ limits: { bodyBytes: 100_000 } });
    await site.stdio("one", { sessions: { max: 32 } });
    client = await site.client("one");
  });
  after(Site.closeAll);

  /** A request of any form. */
  async function http(
    path: string,
    method: string,
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<Reply> {
    const outgoing = request(`${site.test.url}${path}`, { method, headers });
    outgoing.end(body);
    const reply = new Reply(outgoing);
    await reply.done;
    return reply;
  }

  function assertRefused(reply: Reply, status: number, code: number, words: RegExp, id: unknown = null): void {
    assert.equal(reply.status, status, reply.text);
    const { error, id: echoed } = reply.last;
    assert.equal(error?.code, code, reply.text);
    assert.match(error?.message ?? "", words);
    assert.equal(echoed, id);
  }

  it("wants JSON, and says so (415)", async () => {
    for (const type of ["text/plain", "application/jsonp", "", "application/x-www-form-urlencoded"]) {
      assertRefused(await client.ask(PING, { "content-type": type }), 415, -32600, /expected application\/json/);
    }
    for (const type of ["application/json", "Application/JSON; charset=utf-8"]) {
      assert.equal((await client.ask(PING, { "content-type": type })).status, 200);
    }
  });

  it("refuses what is too large, whether announced or not (413), and ends the connection", async () => {
    const large = JSON.stringify({ ...PING, params: { x: "x".repeat(100_000) } });
    assertRefused(await client.ask(large), 413, -32600, /larger than 100000 bytes/);
    const headers = { "content-type": "application/json", "transfer-encoding": "chunked" };
    const reply = await http("/servers/one/mcp", "POST", headers, large);
    assertRefused(reply, 413, -32600, /larger than 100000 bytes/);
    assert.equal(reply.headers.connection, "close");
  });

  it("does not wait for the end of a body that never ends", async () => {
    const socket = connect(Number(new URL(site.test.url).port), "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    const closed = new Promise((resolve) => socket.on("close", resolve).on("error", () => {}));
    socket.write(
      "POST /servers/one/mcp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    const feeding = setInterval(() => socket.write(`4000\r\n${"x".repeat(0x4000)}\r\n`), 1);
    await closed;
    clearInterval(feeding);
    assert.match(answer, /^HTTP\/1\.1 413 /);
  });

  it("refuses what is no JSON, or no message (400)", async () => {
    for (const body of ["", "{", '{"a":1}}', "nul", '{"jsonrpc":"2.0","id":1,"method":"ping"', "\xff"]) {
      assertRefused(await client.ask(body), 400, -32700, /the body is no JSON/);
    }
    for (const body of [
      "null",
      "1",
      '"x"',
      "true",
      "{}",
      '{"jsonrpc":"2.0"}',
      '{"id":null,"method":"ping"}',
      '{"id":[],"method":"ping"}',
    ]) {
      for (const name of endpoints) assertRefused(await site.caller(name).ask(body), 400, -32600, /no JSON-RPC/);
    }
    assertRefused(await client.ask("\uFEFF{}"), 400, -32600, /no JSON-RPC/);
    assertRefused(await client.ask('{"id":"x","method":1}'), 400, -32600, /no JSON-RPC/, "x");
  });

  it("refuses batches that are empty or hold something else (400)", async () => {
    for (const body of [
      "[]",
      "[1]",
      "[[]]",
      `[${JSON.stringify(PING)},{}]`,
      '[{"jsonrpc":"2.0","ID":1,"id":1,"method":"ping"}]',
    ]) {
      assertRefused(await client.ask(body), 400, -32600, /the batch is empty or holds something else/);
    }
  });

  it("refuses keys that another reader could take otherwise (400)", async () => {
    const params = '"params":{"name":"pid"}';
    for (const body of [
      `{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call",${params}}`,
      `{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call",${params}}`,
      `{"jsonrpc":"2.0","id":1,"method":"ping","\\u004dethod":"tools/call",${params}}`,
      `{"jsonrpc":"2.0","id":1,"method":"ping",${params},"param\u017f":{}}`,
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pid","NAME":"echo"}}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pid","name":"echo"}}',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"pid"},"PARAMS":{"name":"echo"}}',
    ]) {
      assertRefused(await client.ask(body), 400, -32600, /is there twice or in other case/, 1);
    }
    const fine =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","Extra":1,"params":{"name":"pid","arguments":{"Name":1,"a":1,"a":2}}}';
    assert.equal((await client.ask(fine)).status, 200);
  });

  it("wants a session (400), and one that there is (404)", async () => {
    for (const name of endpoints) {
      const caller = site.caller(name);
      assertRefused(await caller.ask(PING), 400, -32600, /Mcp-Session-Id is missing/, 1);
      assert.equal((await caller.listen()).status, 400);
      assert.equal(await caller.delete(), 400);
      for (const session of ["x", "", "__proto__", "x".repeat(8_000), client.session?.slice(0, -1) ?? ""]) {
        caller.session = session || " ";
        assertRefused(await caller.ask(PING), 404, -32001, /^Session not found/, 1);
        assert.equal((await caller.listen()).status, 404);
        assert.equal(await caller.delete(), 404);
      }
    }
    const elsewhere = site.caller();
    elsewhere.session = client.session;
    assert.equal((await elsewhere.ask(PING)).status, 404, "a session belongs to its URL");
  });

  it("knows the protocol versions (400)", async () => {
    const reply = await client.ask(PING, { "mcp-protocol-version": "2020-01-01" });
    assertRefused(reply, 400, -32600, /got "2020-01-01", expected one of 2025-11-25/, 1);
    assert.equal((await client.ask(PING, { "mcp-protocol-version": "2025-06-18" })).status, 200);
  });

  it("negotiates in initialize, whatever version its header or its params name", async () => {
    for (const name of endpoints) {
      for (const version of ["2024-10-07", "2024-11-05", "2026-07-28", "2099-01-01", "draft", ""]) {
        const caller = site.caller(name);
        const params = { protocolVersion: version, capabilities: {}, clientInfo: { name: "x", version: "1" } };
        const body = { jsonrpc: "2.0", id: 1, method: "initialize", params };
        const reply = await caller.ask(body, { "mcp-protocol-version": version });
        assert.equal(reply.status, 200, `${version}: ${reply.text}`);
        const agreed = reply.last.result.protocolVersion;
        assert.match(agreed, /^20/);
        caller.session = reply.headers["mcp-session-id"] as string;
        assert.equal((await caller.ask(PING, { "mcp-protocol-version": agreed })).status, 200, agreed);
        await caller.delete();
      }
    }
  });

  it("takes every notification of the modern era, with or without an envelope (202)", async () => {
    const version = { "mcp-protocol-version": "2026-07-28" };
    const cancelled = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 17, reason: "no" } };
    for (const name of endpoints) {
      for (const body of [cancelled, { jsonrpc: "2.0", method: "notifications/made-up" }]) {
        for (const headers of [version, { ...version, "mcp-method": body.method }]) {
          const reply = await site.caller(name).ask(body, headers);
          assert.deepEqual([reply.status, reply.text], [202, ""]);
        }
      }
      const nothing = await site.caller(name).ask({ jsonrpc: "2.0" }, version);
      assert.equal(nothing.status, 400);
      assert.ok(!("id" in nothing.last), "without an id, as 2026-07-28 wants it");
    }
  });

  it("answers in a form that the client takes, or refuses (406)", async () => {
    const [body, headers] = modern("tools/list", {}, 1);
    for (const name of endpoints) {
      const session = await site.client(name);
      const caller = site.caller(name);
      for (const [accept, type] of [
        ["application/json", "application/json"],
        ["text/event-stream", "text/event-stream"],
        ["*/*", "application/json"],
      ] as const) {
        for (const reply of [await session.ask(PING, { accept }), await caller.ask(body, { ...headers, accept })]) {
          assert.equal(reply.headers["content-type"], type, accept);
          assert.equal(reply.last.id, 1);
        }
      }
      for (const reply of [
        await session.ask(PING, { accept: "text/html" }),
        await caller.ask(body, { ...headers, accept: "text/html" }),
        await caller.ask({ ...PING, method: "initialize" }, { accept: "text/html" }),
      ]) {
        assertRefused(reply, 406, -32600, /expected application\/json and text\/event-stream/, 1);
      }
    }
    const quiet = await site.client("one");
    const params = { name: "progress", arguments: { n: 2 }, _meta: { progressToken: 1 } };
    const call = { jsonrpc: "2.0", id: 2, method: "tools/call", params };
    const reply = await quiet.ask(call, { accept: "application/json" });
    assert.equal(reply.headers["content-type"], "application/json");
    assert.equal(reply.last.result.content[0].text, "done");
    const stream = await quiet.listen();
    await stream.has('"progress":2');
  });

  it("names the methods that it knows (405)", async () => {
    for (const path of ["/mcp", "/servers/one/mcp"]) {
      for (const method of ["PUT", "PATCH", "HEAD", "OPTIONS", "TRACE"]) {
        const reply = await http(path, method);
        assert.equal(reply.status, 405, `${method} ${path}`);
        assert.equal(reply.headers.allow, "GET, POST, DELETE");
      }
    }
    assert.equal((await http("/servers/one/sse", "POST")).headers.allow, "GET");
    assert.equal((await http("/servers/one/messages", "GET")).headers.allow, "POST");
  });

  it("opens event streams for those who take them (406)", async () => {
    for (const [accept, status] of [
      ["application/json", 406],
      ["", 406],
      ["text/event-streams", 406],
      ["text/event-stream", 200],
      ["*/*", 200],
      ["application/json, text/event-stream;q=0.5", 200],
    ] as const) {
      const outgoing = request(client.url, { headers: { accept, "mcp-session-id": client.session ?? "" } }).end();
      const reply = new Reply(outgoing);
      await reply.begun;
      assert.equal(reply.status, status, accept);
      reply.drop();
    }
  });

  it("checks that headers and body of the modern era agree, and answers with the request's id", async () => {
    for (const name of endpoints) {
      const caller = site.caller(name);
      const [body, headers] = modern("tools/call", { name: "one__pid" }, "my-id");
      const wrong = await caller.ask(body, { ...headers, "mcp-name": "other" });
      assertRefused(wrong, 400, -32020, /Mcp-Name: got "other"/, "my-id");
      assertRefused(
        await caller.ask(body, { ...headers, "mcp-method": "tools/list" }),
        400,
        -32020,
        /Mcp-Method/,
        "my-id",
      );
      const version = { ...headers, "mcp-protocol-version": "2025-11-25" };
      assertRefused(await caller.ask(body, version), 400, -32020, /MCP-Protocol-Version/, "my-id");
      const bare = { jsonrpc: "2.0", id: 7, method: "tools/list" };
      assertRefused(await caller.ask(bare, { "mcp-protocol-version": "2026-07-28" }), 400, -32602, /is missing/, 7);
      const [gone, its] = modern("initialize", {}, 8);
      assertRefused(await caller.ask(gone, its), 404, -32601, /./, 8);
    }
  });

  it("takes odd paths for what they are", async () => {
    const odd = [
      "/servers//mcp",
      "/servers/mcp",
      "/servers/one/mcp/",
      "/servers/one//mcp",
      "/servers/one/two/mcp",
      "/servers/../mcp",
      "/servers/one/../two/mcp",
      "/servers/%6fne/mcp",
      "/servers/one%2fmcp",
      "/servers/a%2f..%2fone/mcp",
      "/servers/__proto__/mcp",
      "/servers/constructor/mcp",
      `/servers/${"x".repeat(7_000)}/mcp`,
      "/mcp/",
      "//mcp",
      "/MCP",
      "/servers/ONE/mcp",
      "/x/mcp",
    ];
    for (const path of odd) {
      const reply = await http(
        path,
        "POST",
        { "content-type": "application/json", "mcp-session-id": client.session ?? "" },
        JSON.stringify(PING),
      );
      assert.equal(reply.status, 404, path);
    }
    const query = await http(
      `/servers/one/mcp?x=/mcp`,
      "POST",
      { "content-type": "application/json", "mcp-session-id": client.session ?? "" },
      JSON.stringify(PING),
    );
    assert.equal(query.status, 200);
  });

  it("answers notifications and answers without a body (202), also those nobody waits for", async () => {
    for (const body of [
      { jsonrpc: "2.0", method: "notifications/roots/list_changed" },
      { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 99 } },
      { jsonrpc: "2.0", method: "notifications/cancelled" },
      { jsonrpc: "2.0", id: 99, result: {} },
      { jsonrpc: "2.0", id: "q", error: { code: 1, message: "" } },
    ]) {
      const reply = await client.ask(body);
      assert.equal(reply.status, 202);
      assert.equal(reply.text, "");
    }
    const heard = await client.call("heard");
    assert.ok(!JSON.stringify(heard).includes('"id":99'), "answers to no question go no further");
  });

  it("lets nobody use a request id that is in use", async () => {
    const body = { jsonrpc: "2.0", id: "same", method: "tools/call", params: { name: "hold" } };
    const first = client.send(body);
    await client.text("pid");
    const second = await client.ask(body);
    assert.match(second.last.error?.message ?? "", /the request id same is in use/);
    await client.text("release");
    await first.done;
    assert.equal(first.last.result.content[0].text, "released");
  });

  it("survives JSON that is nested without end", async () => {
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    const call = (id: number): string =>
      `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"pid","arguments":{"a":${deep}}}}`;
    for (const body of [call(1), `[${call(2)}]`])
      assert.equal((await client.ask(body)).last.result.content[0].text, await client.text("pid"));
    const [body, headers] = modern("tools/call", {
      name: "pid",
      _meta: { "io.modelcontextprotocol/clientCapabilities": { a: "DEEP" } },
    });
    const text = JSON.stringify(body).replace('"DEEP"', deep);
    const reply = await site.caller("one").ask(text, headers);
    assert.ok(reply.status >= 200 && reply.messages.length === 1, "an answer, of whatever kind");
    assert.equal((await client.ask(PING)).status, 200);
  });
});
