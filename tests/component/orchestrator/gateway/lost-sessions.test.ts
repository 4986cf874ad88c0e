import assert from "node:assert/strict";
import { eventually } from "../../../support/eventually";
import { manifestOf } from "../../../support/orchestrator/gateway/gateway-manifest";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";
import { type HttpCall, HttpServer } from "../../../support/orchestrator/gateway/http-server";
import { assertFailed, DONE } from "../../../support/orchestrator/gateway/http-site";

const NOT_FOUND = { code: -32001, message: "Session not found" };
const rpc = (id: unknown, error: object): object => ({ jsonrpc: "2.0", id, error });
const plain = ({ response }: HttpCall, status: number, text: string): void =>
  void response.writeHead(status, { "content-type": "text/plain" }).end(text);

function streamed(call: HttpCall, message: object): void {
  call.stream()(message);
  call.response.end();
}

/** How a server says that it does not know a session. */
const WORDS: [string, (call: HttpCall) => void][] = [
  ["200 and -32001", (call) => call.json(rpc(call.body.id, NOT_FOUND))],
  ["200 and -32001 without an id", (call) => call.json(rpc(null, NOT_FOUND))],
  ["200 and -32001 under another id", (call) => call.json(rpc("server-error", NOT_FOUND))],
  ["200 and -32001 in other words", (call) => call.json(rpc(call.body.id, { code: -32001, message: "Nicht da" }))],
  ["200 and -32600", (call) => call.json(rpc(call.body.id, { code: -32600, message: "Unknown session: s1" }))],
  ["200, in a batch", (call) => call.json([rpc(call.body.id, NOT_FOUND)])],
  ["200, in a stream", (call) => streamed(call, rpc(call.body.id, NOT_FOUND))],
  ["200, in a stream that stays open", (call) => call.stream()(rpc(null, NOT_FOUND))],
  ["500 and -32603", (call) => call.json(rpc(call.body.id, { code: -32603, message: "no such session" }), {}, 500)],
  ["500 in plain words", (call) => plain(call, 500, "KeyError: session 's1' does not exist, or is not known")],
  ["500 and an object", (call) => call.json({ detail: "Session expired" }, {}, 500)],
  ["503", (call) => plain(call, 503, "invalid session")],
  ["404 without a word", (call) => plain(call, 404, "")],
  ["400 of a process that was never initialised", (call) => plain(call, 400, "Server not initialized")],
];

describe("gateway: an HTTP server that lost its sessions", function () {
  this.timeout(20_000);
  let known: Set<string>;
  let lost: (call: HttpCall) => void;
  let onCall: (call: HttpCall) => void;
  let server: HttpServer;
  let site: Site;

  beforeEach(async () => {
    known = new Set();
    onCall = (call) => call.result(DONE);
    let count = 0;
    server = new HttpServer((call) => {
      const { method, body, headers } = call;
      const id = String(headers["mcp-session-id"]);
      if (body?.method === "initialize") {
        known.add(`s${++count}`);
        const serverInfo = { name: "forgetful", version: "1" };
        call.result(
          { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo },
          { "mcp-session-id": `s${count}` },
        );
      } else if (body?.method === "server/discover") call.json(rpc(body.id, { code: -32601, message: "no" }));
      else if (method === "GET") call.response.writeHead(405).end();
      else if (method === "DELETE") call.response.writeHead(200).end();
      else if (!known.has(id)) lost(call);
      else if (body?.id === undefined) call.response.writeHead(202).end();
      else if (body.method === "tools/call") onCall(call);
      else call.result({});
    });
    site = await Site.open();
    const address = { type: "http", url: await server.start() } as const;
    site.test.servers.set("web", address, manifestOf({ timeouts: { call: "8s", start: "5s" } }));
  });
  afterEach(async () => {
    await Site.closeAll();
    await server.stop();
  });

  const tools = (): HttpCall[] => server.calls.filter(({ body }) => body?.method === "tools/call");
  const opened = (): number => server.calls.filter(({ body }) => body?.method === "initialize").length;
  const rest = (): Promise<unknown> =>
    site.gateway.callTool("web", "x", {}, { name: "t", scopes: new Set() }).then(({ content }) => content);

  for (const [what, act] of WORDS) {
    it(`and says ${what}: a fresh one, once, on every path; then an error`, async () => {
      lost = act;
      const [one, all] = [await site.client("web"), await site.client()];
      const modern = site.caller("web");
      await modern.modernCall("x");
      for (const ask of [
        async () => (await one.call("x")).result?.content,
        async () => (await all.call("web__x")).result?.content,
        async () => (await modern.modernCall("x")).result?.content,
        rest,
      ]) {
        known.clear();
        assert.deepEqual(await ask(), DONE.content);
      }
      const before = tools().length;
      onCall = (call) => {
        known.clear();
        lost(call);
      };
      assertFailed(await one.call("x"), /its session is gone/);
      assert.equal(tools().length - before, 2, "once more, and no more");
      const { status } = await one.ask({ jsonrpc: "2.0", id: 9, method: "ping" });
      assert.equal(status, 404, "then the client begins anew");
    });
  }

  it("and is shared by all clients: each call is made again in the one fresh session", async () => {
    const address = site.test.servers.get("web")?.address;
    site.test.servers.set("web", address, manifestOf({ sessions: { mode: "shared" }, timeouts: { call: "8s" } }));
    const clients = [await site.client("web"), await site.client("web"), await site.client()];
    for (const words of ["200 and -32001", "500 in plain words", "404 without a word"]) {
      lost = WORDS.find(([what]) => what === words)?.[1] as typeof lost;
      for (const [at, client] of clients.entries()) {
        known.clear();
        const answered = await client.call(at === 2 ? "web__x" : "x");
        assert.deepEqual(answered.result?.content, DONE.content, `${words}: ${JSON.stringify(answered)}`);
      }
      known.clear();
      assert.deepEqual((await site.caller("web").modernCall("x")).result?.content, DONE.content, words);
    }
  });

  it("is told from a tool whose own error speaks of a session: that one is passed on, and nothing is called twice", async () => {
    const client = await site.client("web");
    for (const error of [
      { code: -32602, message: "browser session not found: b7" },
      { code: -32001, message: "Request timed out" },
      { code: -32000, message: "the session of the database is closed" },
    ]) {
      for (const act of [
        (call: HttpCall) => call.json(rpc(call.body.id, error)),
        (call: HttpCall) => call.json(rpc(call.body.id, error), {}, 500),
        (call: HttpCall) => streamed(call, rpc(call.body.id, error)),
      ]) {
        onCall = act;
        const before = tools().length;
        assert.deepEqual((await client.call("x")).error, error);
        assert.equal(tools().length - before, 1);
      }
    }
    assert.equal(opened(), 1, "in one session");
  });

  it("and says nothing of it: the call's error is told, no tool is called twice, and the next has a fresh session", async () => {
    const client = await site.client("web");
    for (const [status, text] of [
      [500, "Internal Server Error"],
      [400, "Bad Request"],
      [502, ""],
    ] as const) {
      lost = (call) => plain(call, status, text);
      known.clear();
      const [calls, sessions] = [tools().length, opened()];
      assertFailed(await client.call("x"), new RegExp(`it answered HTTP ${status}`));
      assert.equal(tools().length - calls, 1);
      // The ping that finds it out may be on its way still.
      await eventually(async () => assert.deepEqual((await client.call("x")).result?.content, DONE.content));
      assert.equal(opened() - sessions, 1);
    }
  });

  it("is told from one that refuses a call alone: its session stays", async () => {
    const client = await site.client("web");
    onCall = (call) => plain(call, 500, "Internal Server Error");
    for (let n = 0; n < 3; n++) assertFailed(await client.call("x"), /it answered HTTP 500/);
    onCall = (call) => call.result(DONE);
    assert.deepEqual((await client.call("x")).result?.content, DONE.content);
    assert.equal(opened(), 1);
  });
});
