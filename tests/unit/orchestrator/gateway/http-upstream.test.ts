import assert from "node:assert/strict";
import { manifestOf } from "../../support/gateway-manifest";
import { Site } from "../../support/gateway-site";
import { type HttpCall, HttpServer, sessionServer } from "../../support/http-server";
import type { Answer, McpClient } from "../../support/mcp-client";
import { pause, until } from "../../support/mcp-init";

const done = { content: [{ type: "text", text: "done" }] };
const answer = ({ body }: HttpCall) => ({ jsonrpc: "2.0", id: body.id, result: done });
const progress = ({ body }: HttpCall, n: number) => ({
  jsonrpc: "2.0",
  method: "notifications/progress",
  params: { progressToken: body.params._meta.progressToken, progress: n },
});

describe("gateway: a server behind HTTP", function () {
  this.timeout(20_000);
  let site: Site;
  let server: HttpServer;
  const others: HttpServer[] = [];
  /** What the server does with a tool's call, and with GET. */
  let onCall: (call: HttpCall) => void;
  let onGet: (call: HttpCall) => void;

  beforeEach(async () => {
    onCall = (call) => call.result(done);
    onGet = ({ response }) => response.writeHead(405).end();
    server = new HttpServer(sessionServer((call) => (call.method === "GET" ? onGet(call) : onCall(call))));
    site = await Site.open();
    const url = await server.start();
    site.test.servers.set("web", { type: "http", url }, manifestOf({ timeouts: { call: "1500ms", start: "1s" } }));
  });
  afterEach(async () => {
    await Site.closeAll();
    await server.stop();
    for (const one of others.splice(0)) await one.stop();
  });

  const tools = (): HttpCall[] => server.calls.filter(({ body }) => body?.method === "tools/call");
  const methods = (): string[] => server.calls.map(({ method, body }) => body?.method ?? method);
  const failed = (answered: Answer, words: RegExp): void => {
    assert.equal(answered.error?.code, -32000, JSON.stringify(answered));
    assert.match(answered.error?.message ?? "", words);
  };

  it("has a session of its own for each client, which is told when it ends", async () => {
    const [ada, bob] = [await site.client("web"), await site.client("web")];
    for (const client of [ada, bob]) assert.equal((await client.call("x")).result.content[0].text, "done");
    assert.deepEqual(
      tools().map(({ headers }) => headers["mcp-session-id"]),
      ["s1", "s2"],
    );
    assert.deepEqual(
      tools().map(({ headers }) => headers["mcp-protocol-version"]),
      ["2025-06-18", "2025-06-18"],
    );
    for (const { headers } of tools()) assert.ok(!("authorization" in headers) && !("x-test-principal" in headers));
    await ada.delete();
    await until(
      "told",
      () => server.calls.find(({ method }) => method === "DELETE")?.headers["mcp-session-id"],
      (id) => id === "s1",
    );
    assert.equal((await bob.call("x")).result.content[0].text, "done");
  });

  it("that lost its session gets a new one, once, and the call again", async () => {
    let lost = 1;
    onCall = (call) => (lost-- > 0 ? call.json({ error: "no session" }, {}, 404) : call.result(done));
    const client = await site.client("web");
    await client.ask({ jsonrpc: "2.0", id: "l", method: "logging/setLevel", params: { level: "info" } });
    assert.equal((await client.call("x")).result.content[0].text, "done");
    assert.deepEqual(
      tools().map(({ headers }) => headers["mcp-session-id"]),
      ["s1", "s2"],
    );
    assert.deepEqual(
      methods().slice(-5),
      ["tools/call", "initialize", "notifications/initialized", "logging/setLevel", "tools/call"].slice(-5),
    );

    lost = 99;
    const answered = await client.call("x");
    failed(answered, /its session is gone/);
    assert.equal(tools().length, 4, "once more, and no more");
    const { status } = await client.ask({ jsonrpc: "2.0", id: 1, method: "ping" });
    assert.equal(status, 404, "then it is over");
  });

  it("that fails is told, whatever it answers, and never as a success", async () => {
    const client = await site.client("web");
    const cases: [(call: HttpCall) => void, RegExp][] = [
      [(call) => call.json("Internal Server Error", { "content-type": "text/plain" }, 500), /it answered HTTP 500/],
      [(call) => call.json("<html>", { "content-type": "text/html" }), /it answered HTTP 200/],
      [(call) => call.json(""), /it answered HTTP 200/],
      [(call) => call.json("[]"), /it answered HTTP 200/],
      [(call) => call.json("null"), /it answered HTTP 200/],
      [(call) => call.json({ jsonrpc: "2.0", id: "another", result: done }), /it answered HTTP 200/],
      [({ response }) => response.writeHead(202).end(), /it answered HTTP 202/],
      [({ response }) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(), /it answered HTTP 302/],
      [({ response }) => response.destroy(), /its connection broke/],
      [(call) => call.stream() && call.response.end(), /its stream ended before the answer/],
      [(call) => call.stream()("no JSON") ?? call.response.end(), /its stream ended before the answer/],
      [(call) => call.stream()("null") ?? call.response.end(), /its stream ended before the answer/],
    ];
    for (const [act, words] of cases) {
      onCall = act;
      failed(await client.call("x"), words);
    }
    onCall = (call) =>
      call.json({ jsonrpc: "2.0", id: call.body.id, error: { code: -32602, message: "its own" } }, {}, 400);
    assert.equal((await client.call("x")).error?.message, "its own");
    onCall = (call) => call.result(done);
    assert.equal((await client.call("x")).result.content[0].text, "done", "and goes on");
    assert.equal(tools().length, cases.length + 2, "no call was made twice");
  });

  it("that closes a kept connection in the middle is asked again, but no tool is called twice", async () => {
    const client = await site.client("web");
    await client.call("x");
    onCall = ({ request }) => request.socket.resetAndDestroy();
    failed(await client.call("x"), /its connection broke/);
    assert.equal(tools().length, 2);
  });

  it("that breaks off a stream is asked for the rest of it", async () => {
    let first: HttpCall | undefined;
    const asked: unknown[] = [];
    onCall = (call) => {
      first = call;
      call.stream()(progress(call, 1), "e1", "retry: 60\n");
      setTimeout(() => call.response.destroy(), 30);
    };
    onGet = (call) => {
      asked.push(call.headers["last-event-id"]);
      if (!first) return void call.response.writeHead(405).end();
      const n = asked.length + 1;
      const event = call.stream();
      event(n < 9 ? progress(first, n) : answer(first), `e${n}`); // more often than a number of attempts would allow
      setTimeout(() => (n % 2 ? call.response.end() : call.response.destroy()), 10);
    };
    const client = await site.client("web");
    await until(
      "the standing stream",
      () => asked.length,
      (count) => count === 1,
    );
    asked.length = 0;
    const reply = client.start("x", {}, { progressToken: "t" });
    await reply.done;
    assert.deepEqual(
      reply.messages.slice(0, -1).map((text) => JSON.parse(text).params.progress),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    assert.equal(reply.last.result?.content[0].text, "done");
    assert.deepEqual(asked, ["e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8"]);
    assert.equal(tools().length, 1);
  });

  it("that has nothing new on its stream any more is given up", async () => {
    onCall = (call) => {
      call.stream()(progress(call, 1), "e1", "retry: 1\n");
      call.response.end();
    };
    onGet = (call) =>
      call.headers["last-event-id"] ? call.stream() && call.response.end() : call.response.writeHead(405).end();
    const client = await site.client("web");
    const reply = client.start("x", {}, { progressToken: "t" });
    await reply.done;
    failed(reply.last, /its stream ended before the answer/);
    assert.ok(server.calls.filter(({ method }) => method === "GET").length <= 7);
  });

  it("that refuses connections is told with a reason at once, and used again when it is back", async () => {
    const client = await site.client("web");
    await server.stop();
    const began = performance.now();
    failed(await client.call("x"), /ECONNREFUSED/);
    assert.ok(performance.now() - began < 500);
    const other = await site.caller("web").ask({ jsonrpc: "2.0", id: 1, method: "initialize", params: {} });
    assert.equal(other.status, 502);
    assert.match((await site.caller("web").modernCall("x")).error?.message ?? "", /ECONNREFUSED/);
    await server.start();
    const again = await site.client("web");
    assert.equal((await again.call("x")).result.content[0].text, "done");
    assert.equal((await site.caller("web").modernCall("x")).result.content[0].text, "done");
  });

  it("that is stateless but not there yet is not taken for one with sessions", async () => {
    const modern = new HttpServer((call) => {
      if (call.body?.method === "server/discover") call.result({ supportedVersions: ["2026-07-28"], capabilities: {} });
      else if (call.body?.method === "tools/call") call.result({ ...done, resultType: "complete" });
      else call.json({ jsonrpc: "2.0", id: call.body?.id, error: { code: -32601, message: "no" } }, {}, 404);
    });
    others.push(modern);
    const url = await modern.start();
    await modern.stop();
    site.test.servers.set("late", { type: "http", url }, manifestOf({}));
    assert.ok((await site.caller("late").modernCall("x")).error);
    await modern.start();
    assert.equal((await site.caller("late").modernCall("x")).result.content[0].text, "done");
    assert.ok(!modern.calls.some(({ body }) => body?.method === "initialize"));
  });

  it("that hangs times out, and its connections are let go", async () => {
    const client = await site.client("web");
    onCall = () => {};
    const calls = [client.call("x"), client.call("x"), site.caller("web").modernCall("x")];
    await until(
      "three wait",
      () => tools().length,
      (count) => count === 3,
    );
    for (const one of await Promise.all(calls)) assert.equal(one.error?.code, -32001);
    await until(
      "let go",
      () => tools().map(({ response }) => response.destroyed),
      (gone) => gone.every(Boolean),
      500,
    );
    assert.ok(methods().includes("notifications/cancelled"));
  });

  it("that begins an answer and never ends it times out as well", async () => {
    const client = await site.client("web");
    onCall = ({ response }) => response.writeHead(200, { "content-type": "application/json" }).write('{"jsonrpc"');
    assert.equal((await client.call("x")).error?.code, -32001);
    onCall = (call) => void call.stream()(": nothing yet");
    assert.equal((await client.call("x")).error?.code, -32001);
  });

  it("that never ends a stream after its answer is not waited for", async () => {
    const client = await site.client("web");
    onCall = (call) => call.stream()(answer(call));
    for (let times = 0; times < 5; times++) assert.equal((await client.call("x")).result.content[0].text, "done");
    await until(
      "let go",
      () => tools().map(({ response }) => response.destroyed),
      (gone) => gone.every(Boolean),
      3_000,
    );
  });

  it("that answers without end is cut off, in each form, and takes no memory", async () => {
    const endless = ({ response }: HttpCall, type: string, piece: string): void => {
      response.writeHead(200, { "content-type": type });
      const more = (): void => {
        while (!response.destroyed && response.write(piece)) {}
      };
      response.on("drain", () => setImmediate(more));
      more();
    };
    const client = await site.client("web");
    const cases: [string, string][] = [
      ["application/json", " ".repeat(1 << 20)],
      ["text/event-stream", "x".repeat(1 << 20)],
      ["text/event-stream", `data: ${"x".repeat(1 << 20)}\n`],
    ];
    const before = process.memoryUsage().rss;
    for (const [type, piece] of cases) {
      onCall = (call) => endless(call, type, piece);
      const answered = await client.call("x");
      assert.ok(answered.error, JSON.stringify(answered).slice(0, 200));
      assert.ok(process.memoryUsage().rss - before < 500e6, `${(process.memoryUsage().rss - before) / 1e6} MB`);
    }
    onCall = (call) => call.result(done);
    assert.equal((await client.call("x")).result.content[0].text, "done");
  });

  it("that answers a notification without end is not listened to", async () => {
    let written = 0;
    const talkative = new HttpServer((call) => {
      const more = (): void => {
        written += 65_536;
        while (!call.response.destroyed && call.response.write(Buffer.alloc(65_536))) written += 65_536;
      };
      if (call.body?.id !== undefined) return sessionServer(() => {})(call);
      call.response.on("drain", more);
      more();
    });
    others.push(talkative);
    site.test.servers.set("talk", { type: "http", url: await talkative.start() }, manifestOf({}));
    const other = await site.client("talk");
    await other.ask({ jsonrpc: "2.0", method: "notifications/roots/list_changed" });
    await pause(200);
    assert.ok(written < 40e6, `${written / 1e6} MB`);
  });

  it("that floods its standing stream does not keep the gateway busy, nor one that ends it at once", async () => {
    let gets = 0;
    onGet = (call) => {
      gets++;
      call.stream()({ jsonrpc: "2.0", method: "notifications/x" }, `${gets}`, "retry: 0\n");
      call.response.end();
    };
    const client = await site.client("web");
    await pause(500);
    assert.ok(gets > 1 && gets <= 12, `${gets} streams in half a second`);
    await client.delete();
    const after = gets;
    await pause(200);
    assert.ok(gets <= after + 1);
  });

  it("cannot wish for a wait that no timer has", async () => {
    let gets = 0;
    onGet = (call) => {
      gets++;
      call.stream()({ jsonrpc: "2.0", method: "notifications/x" }, `${gets}`, "retry: 99999999999\n");
      call.response.end();
    };
    const client = await site.client("web");
    await pause(300);
    assert.equal(gets, 1);
    await client.delete();
  });

  it("passes on what comes on its standing stream, and questions with their answers", async () => {
    let tell: ((data: unknown) => void) | undefined;
    onGet = (call) => {
      tell = call.stream();
    };
    onCall = (call) => {
      const event = call.stream();
      event({ jsonrpc: "2.0", id: "q", method: "elicitation/create", params: {} });
      const wait = setInterval(() => {
        const reply = server.calls.find(({ body }) => body?.id === "q");
        if (!reply) return;
        clearInterval(wait);
        event({ jsonrpc: "2.0", id: call.body.id, result: { content: [], said: reply.body.result } });
        call.response.end();
      }, 10);
    };
    const client: McpClient = await site.client("web", { capabilities: { elicitation: {} } });
    const stream = await client.listen();
    await until("the standing stream", () => tell !== undefined, Boolean);
    tell?.({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
    await stream.has("list_changed");
    const reply = client.start("x");
    await reply.has("elicitation/create");
    await client.ask({ jsonrpc: "2.0", id: "q", result: { action: "accept" } });
    await reply.done;
    assert.deepEqual(reply.last.result?.said, { action: "accept" });
  });
});
