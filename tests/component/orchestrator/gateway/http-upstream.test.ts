import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { until } from "../../../support/mcp-init/mcp-init";
import { type HttpCall, HttpServer } from "../../../support/orchestrator/gateway/http-server";
import { assertFailed, DONE, HttpSite } from "../../../support/orchestrator/gateway/http-site";
import type { McpClient } from "../../../support/orchestrator/gateway/mcp-client";

const answer = ({ body }: HttpCall) => ({ jsonrpc: "2.0", id: body.id, result: DONE });
const progress = ({ body }: HttpCall, n: number) => ({
  jsonrpc: "2.0",
  method: "notifications/progress",
  params: { progressToken: body.params._meta.progressToken, progress: n },
});

const EVENTS = { "content-type": "text/event-stream" };
const end = ({ response }: HttpCall, status: number, headers: Record<string, string>, body?: string | Buffer): void =>
  void response.writeHead(status, headers).end(body);

describe("gateway: a server behind HTTP", function () {
  this.timeout(20_000);
  let web: HttpSite;

  beforeEach(async () => {
    web = await HttpSite.open();
  });
  afterEach(() => web.close());

  it("has a session of its own for each client, which is told when it ends", async () => {
    const [ada, bob] = [await web.site.client("web"), await web.site.client("web")];
    for (const client of [ada, bob]) assert.equal((await client.call("x")).result.content[0].text, "done");
    assert.deepEqual(
      web.tools.map(({ headers }) => headers["mcp-session-id"]),
      ["s1", "s2"],
    );
    assert.deepEqual(
      web.tools.map(({ headers }) => headers["mcp-protocol-version"]),
      ["2025-06-18", "2025-06-18"],
    );
    for (const { headers } of web.tools) assert.ok(!("authorization" in headers) && !("x-test-principal" in headers));
    await ada.delete();
    await until(
      "told",
      () => web.server.calls.find(({ method }) => method === "DELETE")?.headers["mcp-session-id"],
      (id) => id === "s1",
    );
    assert.equal((await bob.call("x")).result.content[0].text, "done");
  });

  it("that lost its session gets a new one, once, and the call again", async () => {
    let lost = 1;
    web.onCall = (call) => (lost-- > 0 ? call.json({ error: "no session" }, {}, 404) : call.result(DONE));
    const client = await web.site.client("web");
    await client.ask({ jsonrpc: "2.0", id: "l", method: "logging/setLevel", params: { level: "info" } });
    assert.equal((await client.call("x")).result.content[0].text, "done");
    assert.deepEqual(
      web.tools.map(({ headers }) => headers["mcp-session-id"]),
      ["s1", "s2"],
    );
    assert.deepEqual(
      web.methods.filter((method) => method !== "GET").slice(-5), // its standing stream may come at any time
      ["tools/call", "initialize", "notifications/initialized", "logging/setLevel", "tools/call"].slice(-5),
    );

    lost = 99;
    const answered = await client.call("x");
    assertFailed(answered, /its session is gone/);
    assert.equal(web.tools.length, 4, "once more, and no more");
    const { status } = await client.ask({ jsonrpc: "2.0", id: 1, method: "ping" });
    assert.equal(status, 404, "then it is over");
  });

  for (const [what, status, body] of [
    [
      "400 and the words of the SDKs",
      400,
      { error: { code: -32000, message: "Bad Request: No valid session ID provided" } },
    ],
    ["400 in plain words", 400, "unknown session"],
    ["401 and a reason", 401, { error: "session expired" }],
    ["409 and a reason", 409, { error: "the session does not exist" }],
    ["410", 410, "gone"],
    ["422 and a reason", 422, "Mcp-Session-Id: not a known session"],
    ["400 of a process that was never initialised", 400, { error: { message: "Bad Request: Server not initialized" } }],
  ] as const) {
    it(`takes ${what} for a lost session: a fresh one, once, then an error`, async () => {
      let lost = 1;
      web.onCall = (call) => (lost-- > 0 ? call.json(body, {}, status) : call.result(DONE));
      const client = await web.site.client("web");
      assert.equal((await client.call("x")).result?.content[0].text, "done");
      const all = await web.site.client();
      lost = 1;
      assert.equal((await all.call("web__x")).result?.content[0].text, "done");
      lost = 1;
      assert.equal((await web.site.caller("web").modernCall("x")).result?.content[0].text, "done");
      lost = 1;
      assert.deepEqual(
        (await web.site.gateway.callTool("web", "x", {}, { name: "t", scopes: new Set() })).content,
        DONE.content,
      );
      lost = 100;
      const calls = web.tools.length;
      assertFailed(await client.call("x"), /its session is gone/);
      assertFailed(await web.site.caller("web").modernCall("x"), /its session is gone/);
      assert.equal(web.tools.length - calls, 4, "each was tried twice");
      const { status: over } = await client.ask({ jsonrpc: "2.0", id: 9, method: "ping" });
      assert.equal(over, 404, "then the client begins anew");
    });
  }

  it("takes any refusal of a session from before a restart for its loss, and another 400 for what it is", async () => {
    let refused = 0;
    web.onCall = (call) => (refused-- > 0 ? call.json("Bad Request", {}, 400) : call.result(DONE));
    const client = await web.site.client("web");
    refused = 1;
    assertFailed(await client.call("x"), /it answered HTTP 400/);
    const { address, manifest } = web.site.test.servers.get("web") ?? {};
    web.site.test.servers.set("web", address, manifest);
    refused = 1;
    assert.equal((await client.call("x")).result?.content[0].text, "done");
  });

  it("that fails is told, whatever it answers, and never as a success", async () => {
    const client = await web.site.client("web");
    const cases: [(call: HttpCall) => void, RegExp][] = [
      [
        (call) => call.json("Internal Server Error", { "content-type": "text/plain" }, 500),
        /it answered HTTP 500: Internal Server Error$/,
      ],
      [(call) => call.json("<html>", { "content-type": "text/html" }), /it answered HTTP 200: <html>$/],
      [(call) => call.json(""), /it answered HTTP 200$/],
      [(call) => call.json("[]"), /it answered HTTP 200/],
      [(call) => call.json("null"), /it answered HTTP 200/],
      [(call) => call.json({ jsonrpc: "2.0", id: "another", result: DONE }), /it answered HTTP 200/],
      [({ response }) => response.writeHead(202).end(), /it answered HTTP 202/],
      [({ response }) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(), /it answered HTTP 302/],
      [({ response }) => response.destroy(), /its connection broke/],
      [(call) => call.stream() && call.response.end(), /its stream ended before the answer/],
      [(call) => call.stream()("no JSON") ?? call.response.end(), /its stream ended before the answer: no JSON$/],
      [(call) => call.stream()("null") ?? call.response.end(), /its stream ended before the answer/],
    ];
    for (const [act, words] of cases) {
      web.onCall = act;
      assertFailed(await client.call("x"), words);
    }
    web.onCall = (call) =>
      call.json({ jsonrpc: "2.0", id: call.body.id, error: { code: -32602, message: "its own" } }, {}, 400);
    assert.equal((await client.call("x")).error?.message, "its own");
    web.onCall = (call) => call.result(DONE);
    assert.equal((await client.call("x")).result.content[0].text, "done", "and goes on");
    assert.equal(web.tools.length, cases.length + 2, "no call was made twice");
  });

  it("that answers in an odd form of what is right is understood", async () => {
    const client = await web.site.client("web");
    const told = '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"told"}}';
    const answer = ({ body }: HttpCall): string => JSON.stringify({ jsonrpc: "2.0", id: body.id, result: DONE });
    const end = ({ response }: HttpCall, type: string, text: string): void => {
      response.writeHead(200, { "content-type": type }).end(text);
    };
    const cases: [(call: HttpCall) => void, number][] = [
      [(call) => end(call, "application/json", `\uFEFF${answer(call)}`), 1],
      [(call) => end(call, "APPLICATION/JSON; charset=utf-8", `[${told},${answer(call)}]`), 2],
      [(call) => end(call, "text/plain", answer(call).replaceAll(",", ",\r\n")), 1],
      [(call) => end(call, "text/event-stream", `data: [${told},${answer(call)}]\n\n`), 2],
      [(call) => end(call, "Text/Event-Stream;charset=UTF-8", `\uFEFFevent: odd\r\ndata: ${answer(call)}\r\n\r\n`), 1],
      [(call) => end(call, "text/event-stream", `data: ${answer(call)}`), 1], // without the empty line at its end
      [(call) => end(call, "text/event-stream", `event: ping\ndata: {}\n\ndata:\ndata:${answer(call)}\n\n`), 1],
    ];
    for (const [act, messages] of cases) {
      web.onCall = act;
      const call = client.start("x");
      await call.done;
      assert.equal(call.last.result?.content[0].text, "done", JSON.stringify(call.last));
      assert.equal(call.messages.length, messages);
    }
  });

  it("that answers in a form that nobody asked for is told what it is", async () => {
    const client = await web.site.client("web");
    const packed = gzipSync(JSON.stringify({ jsonrpc: "2.0", id: 1, result: DONE }));
    const cases: [HttpSite["onCall"], RegExp][] = [
      [(call) => end(call, 200, { "content-encoding": "gzip" }, packed), /HTTP 200, encoded with gzip, though only/],
      [(call) => end(call, 200, { "content-encoding": "br", ...EVENTS }, packed), /encoded with br, though only/],
      [(call) => end(call, 307, { location: "/mcp/" }), /a redirect to \/mcp\/: none is followed, is transport.path/],
      [(call) => end(call, 200, EVENTS, JSON.stringify(answer(call))), /ended before the answer: {"jsonrpc":"2.0"/],
    ];
    for (const [act, words] of cases) {
      web.onCall = act;
      assertFailed(await client.call("x"), words);
    }
    assert.ok(web.tools.every(({ headers }) => headers["accept-encoding"] === "identity"));
  });

  it("that answers nonsense is named once in an error, however many were around it", async () => {
    const malformed = (call: HttpCall): void => call.result("text");
    web.onCall = malformed;
    const nobody = { name: "t", scopes: new Set<never>() };
    const failed = (): Promise<string> =>
      web.site.gateway.callTool("web", "x", {}, nobody).then(
        () => "it went well",
        ({ message }: Error) => message,
      );
    const client = await web.site.client("web");
    const words = 'server web: its answer is malformed: its result is "text", expected an object';
    assert.equal(await failed(), words);
    assert.equal((await client.call("x")).error?.message, words);
    web.onCall = (call) => call.json({ jsonrpc: "2.0", id: call.body.id, error: { code: -32000, message: "its own" } });
    assert.equal(await failed(), "server web: its own");
    await web.add("never", new HttpServer((call) => (call.body?.id === undefined ? call.json("") : malformed(call))));
    for (const said of [
      await web.site.gateway.callTool("never", "x", {}, nobody).catch(({ message }: Error) => message),
      (await web.site.caller("never").modernCall("x")).error?.message,
    ])
      assert.equal(said, words.replace("web:", "never refused initialize:"));
  });

  it("that closes a kept connection in the middle is asked again, but no tool is called twice", async () => {
    const client = await web.site.client("web");
    await client.call("x");
    web.onCall = ({ request }) => request.socket.resetAndDestroy();
    assertFailed(await client.call("x"), /its connection broke/);
    assert.equal(web.tools.length, 2);
  });

  it("that breaks off a stream is asked for the rest of it", async () => {
    let first: HttpCall | undefined;
    const asked: unknown[] = [];
    web.onCall = (call) => {
      first = call;
      call.stream()(progress(call, 1), "☃1", "retry: 60\n"); // ids are of any text
      setTimeout(() => call.response.destroy(), 30);
    };
    web.onGet = (call) => {
      asked.push(call.headers["last-event-id"]);
      if (!first) return void call.response.writeHead(405).end();
      const n = asked.length + 1;
      const event = call.stream();
      event(n < 9 ? progress(first, n) : answer(first), `e${n}`); // more often than a number of attempts would allow
      setTimeout(() => (n % 2 ? call.response.end() : call.response.destroy()), 10);
    };
    const client = await web.site.client("web");
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
    const bytes = Buffer.from("☃1").toString("latin1"); // HTTP carries the bytes of its id
    assert.deepEqual(asked, [bytes, "e2", "e3", "e4", "e5", "e6", "e7", "e8"]);
    assert.equal(web.tools.length, 1);
  });

  it("that has nothing new on its stream any more is given up", async () => {
    web.onCall = (call) => {
      call.stream()(progress(call, 1), "e1", "retry: 1\n");
      call.response.end();
    };
    web.onGet = (call) =>
      call.headers["last-event-id"] ? call.stream() && call.response.end() : call.response.writeHead(405).end();
    const client = await web.site.client("web");
    const reply = client.start("x", {}, { progressToken: "t" });
    await reply.done;
    assertFailed(reply.last, /its stream ended before the answer/);
    assert.ok(web.server.calls.filter(({ method }) => method === "GET").length <= 7);
  });

  it("that refuses connections is told with a reason at once, and used again when it is back", async () => {
    const client = await web.site.client("web");
    await web.server.stop();
    assertFailed(await client.call("x"), /ECONNREFUSED/);
    const other = await web.site.caller("web").ask({ jsonrpc: "2.0", id: 1, method: "initialize", params: {} });
    assert.equal(other.status, 502);
    assert.match((await web.site.caller("web").modernCall("x")).error?.message ?? "", /ECONNREFUSED/);
    await web.server.start();
    const again = await web.site.client("web");
    assert.equal((await again.call("x")).result.content[0].text, "done");
    assert.equal((await web.site.caller("web").modernCall("x")).result.content[0].text, "done");
  });

  it("that is modern but not there yet is not taken for one with sessions", async () => {
    const modern = new HttpServer((call) => {
      if (call.body?.method === "server/discover") call.result({ supportedVersions: ["2026-07-28"], capabilities: {} });
      else if (call.body?.method === "tools/call") call.result({ ...DONE, resultType: "complete" });
      else call.json({ jsonrpc: "2.0", id: call.body?.id, error: { code: -32601, message: "no" } }, {}, 404);
    });
    await web.add("late", modern);
    await modern.stop();
    assert.ok((await web.site.caller("late").modernCall("x")).error);
    await modern.start();
    assert.equal((await web.site.caller("late").modernCall("x")).result.content[0].text, "done");
    assert.ok(!modern.calls.some(({ body }) => body?.method === "initialize"));
  });

  it("passes on what comes on its standing stream, and questions with their answers", async () => {
    let tell: ((data: unknown) => void) | undefined;
    web.onGet = (call) => {
      tell = call.stream();
    };
    web.onCall = (call) => {
      const event = call.stream();
      event({ jsonrpc: "2.0", id: "q", method: "elicitation/create", params: {} });
      const wait = setInterval(() => {
        const reply = web.server.calls.find(({ body }) => body?.id === "q");
        if (!reply) return;
        clearInterval(wait);
        event({ jsonrpc: "2.0", id: call.body.id, result: { content: [], said: reply.body.result } });
        call.response.end();
      }, 10);
    };
    const client: McpClient = await web.site.client("web", { capabilities: { elicitation: {} } });
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
