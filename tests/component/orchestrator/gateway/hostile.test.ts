import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Scope } from "../../../../api/scopes";
import { startGateway, type TestGateway } from "../../../support/orchestrator/gateway/gateway";
import { type ManifestChanges, manifestOf } from "../../../support/orchestrator/gateway/gateway-manifest";
import { type Answers, HostileServer, SILENT } from "../../../support/orchestrator/gateway/hostile-server";

describe("gateway: hostile clients and servers", () => {
  let test: TestGateway;
  const servers: HostileServer[] = [];

  beforeEach(async () => {
    test = await startGateway();
    test.principals.set("limited", {
      name: "limited",
      scopes: new Set([Scope.Mcp]),
      tools: { allow: ["one__good"] },
    });
  });
  afterEach(async () => {
    await test.close();
    for (const server of servers.splice(0)) server.close();
  });

  async function serve(name: string, answer: Answers = () => undefined, more: ManifestChanges = {}) {
    const server = await new HostileServer(answer).listen();
    servers.push(server);
    test.servers.set(name, { type: "stdio", socket: server.socket }, manifestOf(more));
    return server;
  }

  async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(test.url + path, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "x-test-principal": "limited",
        ...headers,
      },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  const hello = (more: Record<string, unknown> = {}) => ({
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "x", version: "1" }, ...more },
  });
  const open = async (path: string) => {
    const { headers } = await post(path, hello());
    return { "mcp-session-id": headers.get("mcp-session-id") ?? "" };
  };
  const MODERN = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call" };
  const META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  };

  it("survives a protocol version that is no text", async () => {
    const broken = await post("/mcp", hello({ protocolVersion: { toString: 1, valueOf: 1 } }));
    assert.equal(broken.status, 200);
    assert.equal(JSON.parse(broken.text).result.protocolVersion, "2025-11-25");
  });

  it("lets no tool be called whose name is no text, or empty: a server may make one of it", async () => {
    const server = await serve("one");
    const session = await open("/servers/one/mcp");
    for (const params of [{ name: ["bad"] }, { name: "" }, {}, ["bad"], undefined]) {
      const call = { jsonrpc: "2.0", id: 2, method: "tools/call", params };
      const { text } = await post("/servers/one/mcp", call, session);
      assert.ok(JSON.parse(text).error, JSON.stringify(params));
      await post("/servers/one/mcp", [{ ...call, id: 3 }], session);
      const meta = { ...call, params: { ...(Array.isArray(params) ? {} : params), _meta: META } };
      const modern = await post("/servers/one/mcp", meta, { ...MODERN, "mcp-name": "" });
      assert.ok(JSON.parse(modern.text).error, JSON.stringify(params));
    }
    assert.deepEqual(
      server.heard.filter(({ method }) => method === "tools/call"),
      [],
    );
  });

  it("knows lists by their own names only, not by those that every object has", async () => {
    const server = await serve("one");
    const session = await open("/mcp");
    for (const method of ["constructor", "toString", "__proto__"]) {
      const { text } = await post("/mcp", { jsonrpc: "2.0", id: 2, method, params: {} }, session);
      assert.equal(JSON.parse(text).error.code, -32601, method);
    }
    assert.deepEqual(server.heard, []);
  });

  it("records no server that a client made up", async () => {
    await serve("one");
    const name = `${"x".repeat(5_000)}__tool`;
    const call = { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name, _meta: META } };
    const { text } = await post("/mcp", call, { ...MODERN, "mcp-name": name });
    assert.ok(JSON.parse(text).error);
    assert.equal(test.audited.at(-1)?.server, undefined);
  });

  it("gives audit log and session list what their readers can read, whatever was said", async () => {
    await serve("one", ({ id, method }) =>
      method === "tools/call" ? { jsonrpc: "2.0", id, error: { code: "x", message: "no" } } : undefined,
    );
    const { headers } = await post("/servers/one/mcp", hello({ clientInfo: { name: 5, version: {} } }));
    const session = { "mcp-session-id": headers.get("mcp-session-id") ?? "" };
    await post("/servers/one/mcp", { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "good" } }, session);
    const last = test.audited.at(-1);
    assert.equal(last?.method, "tools/call");
    assert.equal(last?.code, -32603, "as its client was told");
    assert.equal(test.gateway.sessions()[0]?.client, undefined);
  });

  it("ends a stream of the old transport that never begins a session", async () => {
    await test.close();
    test = await startGateway({ limits: { requestSeconds: 1 } });
    await serve("one");
    const stream = await fetch(`${test.url}/servers/one/sse`);
    assert.equal(test.gateway.sessions().length, 1);
    await sleep(1_300);
    assert.equal(test.gateway.sessions().length, 0);
    await stream.body?.cancel();
  });

  it("keeps no large initialize", async () => {
    const { status } = await post("/mcp", hello({ padding: "x".repeat(200_000) }));
    assert.equal(status, 413);
    assert.equal(test.gateway.sessions().length, 0);
  });

  it("shows no list that was written a second time, or in other case", async () => {
    const good = '{"name":"good","inputSchema":{"type":"object"}}'; // nothing in it has to be mended
    await serve("one", ({ id, method }) =>
      method === "tools/list"
        ? (JSON.parse(
            `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"tools":[${good}],"Tools":[{"name":"bad"}]}}`,
          ) as object)
        : undefined,
    );
    const session = await open("/servers/one/mcp");
    const { text } = await post("/servers/one/mcp", { jsonrpc: "2.0", id: 2, method: "tools/list" }, session);
    assert.deepEqual(JSON.parse(text).result, { tools: [JSON.parse(good)] });
  });

  it("takes no endless list", async function () {
    this.timeout(20_000);
    const page = (cursor: number) => ({ tools: [{ name: `t${cursor}`, description: "x".repeat(4_000_000) }] });
    let pages = 0;
    await serve("one", ({ id, method }) =>
      method === "tools/list"
        ? { jsonrpc: "2.0", id, result: { ...page(++pages), nextCursor: String(pages) } }
        : undefined,
    );
    await assert.rejects(test.gateway.tools("one"), /too large/);
    assert.ok(pages < 10, `${pages} pages`);
  });

  it("tells a storm of changed lists a few times only", async () => {
    await serve("one", ({ id, method }, say) => {
      if (method !== "storm") return undefined;
      for (let count = 0; count < 2_000; count++) say({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
      return { jsonrpc: "2.0", id, result: {} };
    });
    const all = await open("/mcp");
    await post("/mcp", { jsonrpc: "2.0", method: "notifications/initialized" }, all);
    const stream = await fetch(`${test.url}/mcp`, {
      headers: { ...all, accept: "text/event-stream", "x-test-principal": "limited" },
    });
    let told = "";
    const reading = (async () => {
      for await (const chunk of stream.body ?? []) told += Buffer.from(chunk).toString();
    })().catch(() => {});
    const one = await open("/servers/one/mcp");
    await post("/servers/one/mcp", { jsonrpc: "2.0", id: 2, method: "storm" }, one);
    await sleep(600);
    const count = told.split("tools/list_changed").length - 1;
    for (const { id } of test.gateway.sessions()) test.gateway.endSession(id);
    await reading;
    assert.ok(count >= 1 && count < 20, `${count} notifications`);
  });

  it("survives a server whose refusal is no text", async () => {
    const refusal = { jsonrpc: "2.0", id: null, error: { code: 1, message: { toString: 1, valueOf: 1 } } };
    const server = await serve(
      "one",
      (_message, say) => {
        say(refusal);
        setImmediate(() => server.hangUp());
        return "";
      },
      { sessions: { grace: "1s" } },
    );
    const { status } = await post("/servers/one/mcp", hello());
    assert.ok(status >= 500, `${status}`);
    assert.equal((await post("/mcp", hello())).status, 200);
  });

  it("passes progress on under the token that was sent, also when it comes back in another form", async () => {
    await serve("one", ({ id, method, params }, say) => {
      if (method !== "tools/call") return undefined;
      const { progressToken: token } = (params?._meta ?? {}) as { progressToken?: unknown };
      const progressToken = typeof token === "number" ? String(token) : Number(token);
      say({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken, progress: 1 } });
      return { jsonrpc: "2.0", id, result: {} };
    });
    const [one, all] = [await open("/servers/one/mcp"), await open("/mcp")];
    for (const progressToken of [5, "6"]) {
      const call = (name: string, more = {}) => ({
        ...{ jsonrpc: "2.0", id: 2, method: "tools/call" },
        params: { name, _meta: { progressToken, ...more } },
      });
      const ways = [
        post("/servers/one/mcp", call("good"), one),
        post("/mcp", call("one__good"), all),
        post("/servers/one/mcp", call("good", META), { ...MODERN, "mcp-name": "good" }),
      ];
      for (const { text } of await Promise.all(ways))
        assert.match(text, new RegExp(`"progressToken":${JSON.stringify(progressToken)},"progress":1`), text);
    }
  });

  it("tells at once that an answer is no JSON, and takes a last line without its end", async () => {
    await serve("one", ({ id, method }, _say, socket) => {
      if (method !== "tools/call") return undefined;
      socket.write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"x":NaN}}\n`);
      return SILENT;
    });
    await serve("two", ({ id, method }, _say, socket) => {
      if (method !== "tools/call") return undefined;
      socket.end(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"x":"last"}}`);
      return SILENT;
    });
    const call = { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "good" } };
    const { text } = await post("/servers/one/mcp", call, await open("/servers/one/mcp"));
    assert.match(JSON.parse(text).error.message, /server one: its answer is no JSON, got "N" at byte \d+: {"jsonrpc"/);
    const free = { "x-test-principal": "nobody in particular" };
    const { headers } = await post("/servers/two/mcp", hello(), free);
    const session = { ...free, "mcp-session-id": headers.get("mcp-session-id") ?? "" };
    assert.equal(JSON.parse((await post("/servers/two/mcp", call, session)).text).result.x, "last");
  });

  it("keeps no question whose id is large, and nothing without end from before initialize is answered", async () => {
    const params = { level: "info", data: "x".repeat(200_000) };
    await serve("one", ({ id, method }, say) => {
      if (method === "initialize")
        for (let count = 0; count < 5; count++) say({ jsonrpc: "2.0", method: "notifications/message", params });
      if (method === "tools/call") say({ jsonrpc: "2.0", id: "q".repeat(10_000), method: "roots/list" });
      return method === "tools/call" ? { jsonrpc: "2.0", id, result: {} } : undefined;
    });
    const session = await open("/servers/one/mcp");
    const call = { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "good" } };
    const { text } = await post("/servers/one/mcp", call, session);
    assert.match(JSON.parse(text).error.message, /a question's id of more than 4096 characters/);
    const stream = await fetch(`${test.url}/servers/one/mcp`, {
      headers: { ...(await open("/servers/one/mcp")), accept: "text/event-stream", "x-test-principal": "limited" },
    });
    const [first] = await Promise.all([stream.body?.getReader().read(), sleep(100)]);
    const early = Buffer.from(first?.value ?? "").toString();
    assert.equal(early.split("notifications/message").length - 1, 1, "the first of five");
  });

  it("says with its id why a request is not read", async () => {
    await serve("one");
    const session = await open("/servers/one/mcp");
    const _meta = { x: Array.from({ length: 100_001 }, () => []) };
    const call = { jsonrpc: "2.0", id: "mine", method: "tools/call", params: { name: "good", _meta } };
    const { status, text } = await post("/servers/one/mcp", call, session);
    assert.equal(status, 400);
    assert.deepEqual(JSON.parse(text).id, "mine");
    assert.match(JSON.parse(text).error.message, /params\._meta: more than 100000 values/);
  });

  it("keeps error codes that are whole numbers only", async () => {
    const codes = [1.5, 1e300];
    await serve("one", ({ id, method }) =>
      method === "tools/call" ? { jsonrpc: "2.0", id, error: { code: codes.shift(), message: "no" } } : undefined,
    );
    const session = await open("/servers/one/mcp");
    for (const id of [2, 3]) {
      await post("/servers/one/mcp", { jsonrpc: "2.0", id, method: "tools/call", params: { name: "good" } }, session);
      assert.equal(test.audited.at(-1)?.code, -32603);
    }
  });
});
