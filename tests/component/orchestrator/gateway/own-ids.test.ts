import assert from "node:assert/strict";
import { until } from "../../../support/mcp-init/mcp-init";
import { manifestOf } from "../../../support/orchestrator/gateway/gateway-manifest";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";
import { type HttpCall, HttpServer } from "../../../support/orchestrator/gateway/http-server";

const DONE = { content: [{ type: "text", text: "done" }] };
const CAPABILITIES = { tools: { listChanged: true }, resources: { subscribe: true }, logging: {} };
const META = "io.modelcontextprotocol/";

/** Servers that take no ids but integers, as some do whose language has types: case B19. */
describe("gateway: ids of its own", function () {
  this.timeout(20_000);
  let site: Site;
  let server: HttpServer;
  let onCall: (call: HttpCall) => void;
  let isModern: boolean;
  let lost: boolean;

  beforeEach(async () => {
    onCall = (call) => call.result(DONE);
    isModern = lost = false;
    server = new HttpServer(answer);
    site = await Site.open();
    site.test.servers.set("web", { type: "http", url: await server.start() }, manifestOf({}));
  });
  afterEach(async () => {
    await Site.closeAll();
    await server.stop();
  });

  function answer(call: HttpCall): void {
    const { method, body, response } = call;
    if (method !== "POST") response.writeHead(method === "GET" ? 405 : 200).end();
    else if (body.id === undefined || body.method === undefined) response.writeHead(202).end();
    else if (lost && body.method !== "initialize") {
      lost = false;
      response.writeHead(404).end();
    } else if (body.method === "tools/call") onCall(call);
    else {
      const result = resultOf(body.method);
      if (result) call.result(result, isModern ? {} : { "mcp-session-id": "s" });
      else call.json({ jsonrpc: "2.0", id: body.id, error: { code: -32601, message: "no" } });
    }
  }

  function resultOf(method: string): object | undefined {
    const serverInfo = { name: "web", version: "1" };
    const complete = { resultType: "complete", ttlMs: 0, cacheScope: "private", capabilities: CAPABILITIES };
    if (method === "server/discover") return isModern ? { ...complete, supportedVersions: ["2026-07-28"] } : undefined;
    if (method === "initialize")
      return isModern ? undefined : { protocolVersion: "2025-11-25", capabilities: CAPABILITIES, serverInfo };
    return method === "tools/list" ? { ...complete, tools: [] } : {};
  }

  /** The gateway asked these, and each under an integer that 32 bits can hold. */
  async function assertAsked(...methods: string[]): Promise<void> {
    const asked = () => server.calls.filter(({ body }) => body?.method !== undefined && body.id !== undefined);
    for (const method of methods) {
      await until(
        method,
        () => asked().map(({ body }) => body.method),
        (seen) => seen.includes(method),
      );
    }
    const own = asked().filter(({ body }) => body.id !== "init"); // the test's own initialize
    for (const { body } of own) assert.ok(Number.isInteger(body.id) && body.id < 2 ** 31, JSON.stringify(body));
  }

  it("are integers where it asks for itself, by REST, and for calls without a session", async () => {
    await site.gateway.tools("web");
    await site.gateway.callTool("web", "x", {}, { name: "r", scopes: new Set() });
    const caller = site.caller("web");
    assert.ok((await caller.modernCall("x", {}, { _meta: { [`${META}logLevel`]: "debug" } })).result);
    const notifications = { toolsListChanged: true, resourceSubscriptions: ["file:///a"] };
    const listening = caller.startModern("subscriptions/listen", { notifications });
    await assertAsked("server/discover", "initialize", "logging/setLevel", "resources/subscribe");
    listening.drop();
  });

  it("are integers in a client's session that it opens again, and in one with all servers", async () => {
    for (const [name, tool] of [
      ["web", "x"],
      [undefined, "web__x"],
    ] as const) {
      server.calls.length = 0;
      const client = await site.client(name);
      if (name) await client.ask({ jsonrpc: "2.0", id: 7, method: "logging/setLevel", params: { level: "info" } });
      assert.ok((await client.call(tool)).result);
      if (!name) await client.ask({ jsonrpc: "2.0", id: 7, method: "logging/setLevel", params: { level: "info" } });
      await assertAsked("logging/setLevel");
      lost = true;
      assert.ok((await client.call(tool)).result, "in a session of the server's that is new");
      const again = server.calls.filter(({ body }) => body?.method === "initialize");
      assert.equal(again.length, 2);
      assert.ok(Number.isInteger(again[1]?.body.id), JSON.stringify(again[1]?.body));
      await assertAsked("logging/setLevel");
    }
  });

  it("are integers to a server of the modern era, and in its questions to a client with a session", async () => {
    isModern = true;
    onCall = (call) => {
      if (call.body.params.inputResponses) return call.result({ resultType: "complete", ...DONE });
      const inputRequests = { key: { method: "elicitation/create", params: { message: "?" } } };
      call.result({ resultType: "input_required", inputRequests });
    };
    const client = await site.client("web", { capabilities: { elicitation: {} } });
    await assertAsked("subscriptions/listen");
    const call = client.start("x");
    const { id } = JSON.parse(await call.has("elicitation/create"));
    assert.ok(Number.isInteger(id), `${id}`);
    await client.ask({ jsonrpc: "2.0", id, result: { action: "accept" } });
    await call.done;
    assert.ok(call.last.result, JSON.stringify(call.last));
  });

  it("are integers in the questions of several servers to one client, and the servers' own come back", async () => {
    const asked: unknown[] = [];
    onCall = (call) => {
      const write = call.stream();
      write({ jsonrpc: "2.0", id: "q", method: "sampling/createMessage", params: {} });
      void until("the answer", () => server.calls.find(({ body }) => body?.result?.said), Boolean).then(() => {
        write({ jsonrpc: "2.0", id: call.body.id, result: DONE });
        call.response.end();
      });
    };
    const client = await site.client(undefined, { capabilities: { sampling: {} } });
    const call = client.start("web__x");
    const { id } = JSON.parse(await call.has("sampling/createMessage"));
    asked.push(id);
    await client.ask({ jsonrpc: "2.0", id, result: { said: true } });
    await call.done;
    assert.ok(call.last.result);
    assert.ok(asked.every(Number.isInteger), `${asked}`);
    assert.equal(server.calls.find(({ body }) => body?.result?.said)?.body.id, "q");
  });
});
