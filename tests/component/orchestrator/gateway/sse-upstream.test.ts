import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { pause, until } from "../../../support/mcp-init/mcp-init";
import { manifestOf } from "../../../support/orchestrator/gateway/gateway-manifest";
import type { HttpCall } from "../../../support/orchestrator/gateway/http-server";
import { assertFailed, DONE } from "../../../support/orchestrator/gateway/http-site";
import { SseSite } from "../../../support/orchestrator/gateway/sse-site";

const answer = ({ body }: HttpCall) => ({ jsonrpc: "2.0", id: body.id, result: DONE });

describe("gateway: a server that speaks HTTP+SSE of 2024", function () {
  this.timeout(20_000);
  let old: SseSite;

  beforeEach(async () => {
    old = await SseSite.open();
  });
  afterEach(() => old.close());

  /** What a client is told that opens a session. */
  async function refusal(): Promise<string> {
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
    const reply = await old.site.caller("old").ask({ jsonrpc: "2.0", id: 1, method: "initialize", params });
    return `${reply.status} ${reply.last.error?.message}`;
  }

  it("has a stream of its own for each client, which ends with the client's session", async () => {
    const [ada, bob] = [await old.site.client("old"), await old.site.client("old")];
    for (const client of [ada, bob]) assert.equal((await client.call("x")).result.content[0].text, "done");
    assert.deepEqual(
      old.tools.map(({ request }) => request.url),
      ["/messages?session=s1", "/messages?session=s2"],
    );
    const { port } = new URL(old.url);
    for (const { headers } of old.server.calls) assert.equal(headers.host, `127.0.0.1:${port}`);
    for (const { headers } of old.tools) assert.equal(headers["content-type"], "application/json");
    for (const { headers } of old.tools) assert.ok(!("authorization" in headers) && !("x-test-principal" in headers));
    await ada.delete();
    await until("closed", () => old.streams.get("s1")?.response.destroyed, Boolean);
    assert.equal((await bob.call("x")).result.content[0].text, "done");
  });

  it("serves modern clients, /mcp and the gateway itself, and is never asked for the modern era", async () => {
    assert.deepEqual((await old.site.caller("old").modernCall("x")).result.content, DONE.content);
    const all = await old.site.client();
    assert.deepEqual((await all.call("old__x")).result.content, DONE.content);
    const me = { name: "t", scopes: new Set<never>() };
    assert.deepEqual((await old.site.gateway.callTool("old", "x", {}, me)).content, DONE.content);
    assert.ok(!old.methods.includes("server/discover"), String(old.methods));
  });

  it("gets no request before it has taken notifications/initialized, and nothing else waits", async () => {
    const order: string[] = [];
    old.onPost = ({ body, response }) => {
      if (body.method === "notifications/initialized") {
        order.push("initialized comes");
        setTimeout(() => {
          order.push("initialized is taken");
          response.writeHead(202).end();
        }, 200);
        return true;
      }
      if (body.method !== "initialize") order.push(body.method);
      return false;
    };
    const client = await old.site.client("old");
    await client.call("x");
    assert.deepEqual(order, ["initialized comes", "initialized is taken", "tools/call"]);
    old.onPost = ({ body, response }, say) => {
      if (body.params?.name !== "slow") return false;
      setTimeout(() => say({ jsonrpc: "2.0", id: body.id, result: DONE }), 300);
      setTimeout(() => response.writeHead(202).end(), 400); // after the answer, which ends the wait
      return true;
    };
    const slow = client.call("slow");
    assert.equal((await client.call("x")).result.content[0].text, "done");
    assert.equal((await slow).result.content[0].text, "done");
  });

  it("that lost its session gets a new one, once, and the call again", async () => {
    const client = await old.site.client("old");
    await client.ask({ jsonrpc: "2.0", id: "l", method: "logging/setLevel", params: { level: "info" } });
    old.forget("s1");
    assert.equal((await client.call("x")).result.content[0].text, "done");
    assert.deepEqual(old.methods.slice(-6), [
      ...["tools/call", "GET", "initialize", "notifications/initialized", "logging/setLevel", "tools/call"],
    ]);
    await until("the lost one is let go", () => old.streams.get("s1")?.response.destroyed, Boolean);
    for (const [status, body] of [
      [400, "No transport found for sessionId"],
      [400, "Invalid session ID"],
      [404, "Could not find session"],
      [500, "KeyError: no session 's1'"],
      [503, JSON.stringify({ jsonrpc: "2.0", id: null, error: { code: -32001, message: "Not there" } })],
    ] as const) {
      let lost = 1;
      old.onPost = (call) => {
        if (call.body.method !== "tools/call" || lost-- <= 0) return false;
        call.json(body, {}, status);
        return true;
      };
      assert.equal((await client.call("x")).result.content[0].text, "done", body);
    }
    old.onPost = (call) => {
      if (call.body.method === "tools/call") call.json("no session", {}, 404);
      return call.body.method === "tools/call";
    };
    const calls = old.tools.length;
    assertFailed(await client.call("x"), /its session is gone/);
    assert.equal(old.tools.length - calls, 2, "tried twice");
    const { status } = await client.ask({ jsonrpc: "2.0", id: 9, method: "ping" });
    assert.equal(status, 404, "then the client begins anew");
  });

  it("whose answer is in its stream as it is, or behind other text, is told so at once", async () => {
    old.site.test.servers.set("old", { type: "sse", url: old.url }, manifestOf({ timeouts: { call: "60s" } }));
    for (const [write, words] of [
      [(text: string) => `${text}\n\n`, /server old: a line of its event stream is no field `data`: \{"jsonrpc"/],
      [(text: string) => `data: sent ${text}\n\n`, /server old: its answer has other text before it/],
    ] as const) {
      old.onCall = (call) => {
        for (const { response } of old.streams.values()) response.write(write(JSON.stringify(answer(call))));
      };
      const [one, all] = [await old.site.client("old"), await old.site.client()];
      assertFailed(await one.call("x"), words);
      assertFailed(await all.call("old__x"), words);
      assertFailed(await old.site.caller("old").modernCall("x"), words);
      await Promise.all([one.delete(), all.delete()]);
    }
  });

  it("whose stream ends fails what waits, says so, and is opened again for the next call", async () => {
    old.onCall = () => old.cut("s1");
    const client = await old.site.client("old");
    assertFailed(await client.call("x"), /its event stream ended/);
    old.onCall = (call, say) => say(answer(call));
    assert.equal((await client.call("x")).result.content[0].text, "done");
    assert.equal(old.tools.length, 2, "no call was made twice");
  });

  it("is told of a cancelled call and of one that takes too long, and answers after all in vain", async () => {
    const client = await old.site.client("old");
    old.onCall = () => {};
    assert.equal((await client.call("x")).error?.code, -32001);
    await until(
      "told",
      () => old.methods,
      (methods) => methods.includes("notifications/cancelled"),
    );
    const [told] = old.server.calls.filter(({ body }) => body?.method === "notifications/cancelled");
    assert.equal(told?.body.params.requestId, old.tools[0]?.body.id);
    old.onCall = (call, say) => {
      say(answer(old.tools[0] as HttpCall));
      say(answer(call));
    };
    assert.equal((await client.call("x")).result.content[0].text, "done");
  });

  it("passes on progress, questions with their answers, and answers pings itself", async () => {
    old.onCall = async (call, say) => {
      say({ jsonrpc: "2.0", id: "p", method: "ping" });
      const { progressToken } = call.body.params._meta;
      say({ jsonrpc: "2.0", method: "notifications/progress", params: { progressToken, progress: 1 } });
      say({ jsonrpc: "2.0", id: "q", method: "elicitation/create", params: {} });
      const replied = (id: string) => old.server.calls.find(({ body }) => body?.id === id && body.result);
      await until("answers", () => replied("p") && replied("q"), Boolean);
      say({ jsonrpc: "2.0", id: call.body.id, result: { content: [], said: replied("q")?.body.result } });
    };
    const client = await old.site.client("old", { capabilities: { elicitation: {} } });
    const stream = await client.listen();
    const reply = client.start("x", {}, { progressToken: "t" });
    const told = (part: string) => [...stream.messages, ...reply.messages].some((text) => text.includes(part));
    await until("asked", () => told("elicitation/create"), Boolean);
    await client.ask({ jsonrpc: "2.0", id: "q", result: { action: "accept" } });
    await reply.done;
    assert.deepEqual(reply.last.result?.said, { action: "accept" });
    assert.ok(told('"progressToken":"t"'));
  });

  for (const endpoint of [
    "/messages?session=SESSION",
    "messages?session=SESSION",
    "?session=SESSION",
    "http://127.0.0.1:PORT/messages?session=SESSION",
    "http://localhost:PORT/messages?session=SESSION",
    "http://0.0.0.0:PORT/messages?session=SESSION",
    "//127.0.0.1:PORT/messages?session=SESSION",
  ]) {
    it(`may name its endpoint as ${endpoint}`, async () => {
      const { port } = new URL(old.url);
      old.onGet = (call) => void old.opened(call, endpoint.replace("PORT", port));
      const client = await old.site.client("old");
      assert.equal((await client.call("x")).result.content[0].text, "done");
    });
  }

  for (const [endpoint, words] of [
    ["http://127.0.0.1:1/messages", /of another origin: http:\/\/127\.0\.0\.1:1\/messages; expected a path/],
    ["http://evil.example:PORT/messages", /of another origin: http:\/\/evil\.example/],
    ["https://127.0.0.1:PORT/messages", /of another origin/],
    ["//evil.example/x", /of another origin/],
    ["javascript:alert(1)", /of another origin/],
    ["http://[", /that is no URL/],
    [`/${"x".repeat(5_000)}`, /of more than 4096 characters/],
  ] as const) {
    it(`may not name ${endpoint.slice(0, 40)} as its endpoint`, async () => {
      const { port } = new URL(old.url);
      old.onGet = (call) => void old.opened(call, endpoint.replace("PORT", port));
      assert.match(await refusal(), words);
      assert.ok(
        old.methods.every((method) => method === "GET"),
        String(old.methods),
      );
      await until("let go", () => old.server.calls.every(({ response }) => response.destroyed), Boolean);
    });
  }

  it("may send interim answers first", async () => {
    old.onGet = (call) => {
      call.response.writeProcessing();
      old.opened(call);
    };
    old.onPost = ({ response }) => {
      response.writeProcessing();
      return false;
    };
    const client = await old.site.client("old");
    assert.equal((await client.call("x")).result.content[0].text, "done");
  });

  it("stays with the first endpoint", async () => {
    old.onGet = (call) => old.opened(call)("http://127.0.0.1:1/elsewhere", "event: endpoint\n");
    const client = await old.site.client("old");
    assert.equal((await client.call("x")).result.content[0].text, "done");
  });

  it("that opens no such stream is of no use, and says why", async () => {
    const events = { "content-type": "text/event-stream" };
    for (const [act, words] of [
      [({ response }) => response.writeHead(405).end(), /HTTP 405 and no event stream: are transport\.type and path/],
      [({ response }) => response.writeHead(500).end("no <db>"), /HTTP 500 and no event stream: no <db>/],
      [(call) => call.json("<p>hi"), /HTTP 200 and no event stream: <p>hi/],
      [
        ({ response }) => response.writeHead(307, { location: "/sse/" }).end(),
        /a redirect to \/sse\/: none is followed/,
      ],
      [({ response }) => response.writeHead(200, events).end("hello"), /its event stream ended: hello/],
      [
        ({ response }) => response.writeHead(200, events).end("event: endpoint\ndata: /m"),
        /its event stream ended|404/,
      ],
      [({ response }) => response.destroy(), /its connection broke/],
      [({ response }) => response.writeHead(200, events).write(": wait\n\n"), /504 .*has not named an endpoint/],
      [() => {}, /504 .*has not named an endpoint/],
    ] as [SseSite["onGet"], RegExp][]) {
      old.onGet = act;
      assert.match(await refusal(), words);
    }
    await until("let go", () => old.server.calls.every(({ response }) => response.destroyed), Boolean);
    await old.server.stop();
    assert.match(await refusal(), /ECONNREFUSED/);
    await old.server.start();
    old.onGet = (call) => void old.opened(call);
    assert.equal((await (await old.site.client("old")).call("x")).result.content[0].text, "done");
  });

  it("that refuses or mangles a message is told what came, and the session goes on", async () => {
    const client = await old.site.client("old");
    const refuse = (act: (call: HttpCall) => void) => {
      old.onPost = (call) => {
        if (call.body.method === "tools/call") act(call);
        return call.body.method === "tools/call";
      };
    };
    for (const [act, words] of [
      [(call) => call.json("Internal", { "content-type": "text/plain" }, 500), /it answered HTTP 500: Internal$/],
      [({ response }) => response.writeHead(302, { location: "/x" }).end(), /HTTP 302, a redirect to \/x/],
      [({ response }) => response.destroy(), /its connection broke/],
      [
        (call) => call.json({ jsonrpc: "2.0", id: null, error: { code: -32000, message: "its own" } }, {}, 400),
        /its own/,
      ],
    ] as [(call: HttpCall) => void, RegExp][]) {
      refuse(act);
      assertFailed(await client.call("x"), words);
    }
    refuse((call) => call.json(answer(call)));
    assert.equal((await client.call("x")).result.content[0].text, "done", "an answer in the POST's own");
    old.onPost = () => false;
    for (const [said, words] of [
      [({ body }) => `{"jsonrpc":"2.0","id":${body.id},"result":NaN}`, /its answer is no JSON/],
      [({ body }) => `{"jsonrpc":"2.0","id":${body.id}}`, /neither result nor error/],
    ] as [(call: HttpCall) => string, RegExp][]) {
      old.onCall = (call, say) => say(said(call));
      assertFailed(await client.call("x"), words);
    }
    old.onCall = (call, say) => {
      say("no JSON");
      say({ jsonrpc: "2.0", id: "nobody", result: {} }, "event: message\n");
      say(answer(call), "event: whatever\n");
    };
    assert.equal((await client.call("x")).result.content[0].text, "done");
    assert.equal(old.streams.size, 1, "on the one stream");
  });

  it("that sends an event without end, or comments without end, takes no memory and nobody else's time", async () => {
    const endless = (piece: string) => (call: HttpCall) => {
      const { response } = old.streams.get([...old.streams.keys()].at(-1) ?? "") as HttpCall;
      const more = (): void => {
        while (!response.destroyed && response.write(piece)) {}
      };
      response.on("drain", () => setImmediate(more));
      more();
      void call;
    };
    const before = process.memoryUsage().rss;
    for (const piece of [`data: ${"x".repeat(1 << 20)}\n`, `: ${"x".repeat(1 << 20)}\n`]) {
      const client = await old.site.client("old");
      old.onCall = endless(piece);
      const answered = await client.call("x");
      assert.ok(answered.error, JSON.stringify(answered).slice(0, 200));
      assert.ok(process.memoryUsage().rss - before < 500e6, `${(process.memoryUsage().rss - before) / 1e6} MB`);
      await client.delete();
    }
    old.onCall = (call, say) => say(answer(call));
    assert.equal((await (await old.site.client("old")).call("x")).result.content[0].text, "done");
  });

  it("that never answers a POST is not waited for", async () => {
    old.onPost = ({ body }, say) => {
      if (body.method !== "tools/call") return false;
      say({ jsonrpc: "2.0", id: body.id, result: DONE });
      return true;
    };
    const client = await old.site.client("old");
    for (let times = 0; times < 3; times++) assert.equal((await client.call("x")).result.content[0].text, "done");
    await until("let go", () => old.tools.every(({ response }) => response.destroyed), Boolean, 5_000);
    old.onPost = () => false;
    assert.equal((await client.call("x")).result.content[0].text, "done");
  });

  it("of the official SDK does its job for both eras", async () => {
    const transports = new Map<string, SSEServerTransport>();
    const web = createServer(async (request, response) => {
      if (request.method === "GET") {
        const server = new Server({ name: "sdk", version: "1" }, { capabilities: { tools: {} } });
        server.setRequestHandler(ListToolsRequestSchema, () => ({
          tools: [{ name: "echo", inputSchema: { type: "object" } }],
        }));
        server.setRequestHandler(CallToolRequestSchema, ({ params }) => ({
          content: [{ type: "text", text: String(params.arguments?.text) }],
        }));
        const transport = new SSEServerTransport("/messages", response);
        transports.set(transport.sessionId, transport);
        response.on("close", () => transports.delete(transport.sessionId));
        await server.connect(transport);
        return;
      }
      const session = new URL(request.url ?? "", "http://x").searchParams.get("sessionId") ?? "";
      const transport = transports.get(session);
      if (transport) await transport.handlePostMessage(request, response);
      else response.writeHead(400).end("No transport found for sessionId");
    });
    await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
    old.site.also(async () => {
      web.closeAllConnections();
      await new Promise((resolve) => web.close(resolve));
    });
    const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}/sse`;
    old.site.test.servers.set("sdk", { type: "sse", url }, manifestOf({}));
    const large = "x".repeat(1_000_000);
    const client = await old.site.client("sdk");
    for (const text of ["a", large]) assert.equal((await client.call("echo", { text })).result.content[0].text, text);
    const modern = await old.site.caller("sdk").modernCall("echo", { text: "b" });
    assert.equal(modern.result.content[0].text, "b");
    for (const transport of [...transports.values()]) await transport.close();
    await pause(100);
    assert.equal((await client.call("echo", { text: "c" })).result.content[0].text, "c");
    await client.delete();
  });
});
