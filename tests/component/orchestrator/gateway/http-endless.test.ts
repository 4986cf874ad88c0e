import assert from "node:assert/strict";
import { pause, until } from "../../../support/mcp-init/mcp-init";
import { type HttpCall, HttpServer, sessionServer } from "../../../support/orchestrator/gateway/http-server";
import { assertFailed, DONE, HttpSite } from "../../../support/orchestrator/gateway/http-site";

const answer = ({ body }: HttpCall) => ({ jsonrpc: "2.0", id: body.id, result: DONE });

/** An event stream that stays open. */
function several(call: HttpCall, ...events: unknown[]): void {
  const event = call.stream();
  for (const data of events) event(data);
}

describe("gateway: a server behind HTTP that never comes to an end", function () {
  this.timeout(20_000);
  let web: HttpSite;

  beforeEach(async () => {
    web = await HttpSite.open();
  });
  afterEach(() => web.close());

  it("that hangs times out, and its connections are let go", async () => {
    const client = await web.site.client("web");
    web.onCall = () => {};
    const calls = [client.call("x"), client.call("x"), web.site.caller("web").modernCall("x")];
    await until(
      "three wait",
      () => web.tools.length,
      (count) => count === 3,
    );
    for (const one of await Promise.all(calls)) assert.equal(one.error?.code, -32001);
    await until(
      "let go",
      () => web.tools.map(({ response }) => response.destroyed),
      (gone) => gone.every(Boolean),
      500,
    );
    await until(
      "the server is told",
      () => web.methods,
      (methods) => methods.includes("notifications/cancelled"),
      500,
    );
  });

  it("that begins an answer and never ends it times out as well", async () => {
    const client = await web.site.client("web");
    web.onCall = ({ response }) => response.writeHead(200, { "content-type": "application/json" }).write('{"jsonrpc"');
    assert.equal((await client.call("x")).error?.code, -32001);
    web.onCall = (call) => void (call.stream() && call.response.write(": nothing yet\n\n"));
    assert.equal((await client.call("x")).error?.code, -32001);
  });

  it("that sends an event which is no JSON is told at once what came, though it leaves the stream open", async () => {
    const client = await web.site.client("web");
    const told = { jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "told" } };
    const cases: [HttpSite["onCall"], RegExp][] = [
      [(call) => call.stream()("Internal Server Error"), /an event of its stream is no JSON: Internal Server Error$/],
      [(call) => call.stream()("<html>", undefined, "event: message\n"), /no JSON: <html>$/],
      [(call) => call.stream()('{"jsonrpc":"2.0","id":1,"result":{"n":NaN}}'), /no JSON: \{"jsonrpc".*NaN\}\}$/],
      [(call) => call.stream()("\u001b[31moops", "e1"), /no JSON: \[31moops$/], // no stream of events to be resumed
      [(call) => several(call, told, "Traceback", told), /no JSON: Traceback$/],
    ];
    for (const [act, words] of cases) {
      web.onCall = act;
      assertFailed(await client.call("x"), words);
      assertFailed(await web.site.caller("web").modernCall("x"), words);
    }
    await until(
      "let go",
      () => web.tools.map(({ response }) => response.destroyed),
      (gone) => gone.every(Boolean),
      500,
    );
  });

  it("that answers under an id which nobody asked with is told at once what came, as in JSON", async () => {
    const client = await web.site.client("web");
    const under = (id: unknown) => (call: HttpCall) => ({ ...answer(call), id });
    const batch = (call: HttpCall) => [under("x")(call)];
    for (const of of [under("x"), under(4711), under(null), under(undefined), under({}), batch]) {
      web.onCall = (call) => several(call, of(call));
      const words = /an event of its stream answers a request that nobody made: .*"done"/;
      assertFailed(await client.call("x"), words);
      assertFailed(await web.site.caller("web").modernCall("x"), words);
      web.onCall = (call) => call.json(of(call));
      assertFailed(await client.call("x"), /it answered HTTP 200: .*"done"/);
    }
  });

  it("that sends such an event is heard even so: when its answer follows, or it means something else", async () => {
    const client = await web.site.client("web");
    web.onCall = (call) => {
      several(call, "starting up", "", '{"jsonrpc":', { ...answer(call), id: "x" }, answer(call));
      call.response.end();
    };
    assert.equal((await client.call("x")).result?.content[0].text, "done");
    web.onCall = (call) => {
      const event = call.stream();
      event("still here", undefined, "event: heartbeat\n");
      for (const data of ["ping", " keep-alive", "HEARTBEAT", "1712345678", "{}"]) event(data);
      setTimeout(() => {
        event(answer(call));
        call.response.end();
      }, 700);
    };
    assert.equal((await client.call("x")).result?.content[0].text, "done");
  });

  it("that never ends a stream after its answer is not waited for", async () => {
    const client = await web.site.client("web");
    web.onCall = (call) => call.stream()(answer(call));
    for (let times = 0; times < 5; times++) assert.equal((await client.call("x")).result.content[0].text, "done");
    await until(
      "let go",
      () => web.tools.map(({ response }) => response.destroyed),
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
    const client = await web.site.client("web");
    const cases: [string, string][] = [
      ["application/json", " ".repeat(1 << 20)],
      ["text/event-stream", "x".repeat(1 << 20)],
      ["text/event-stream", `data: ${"x".repeat(1 << 20)}\n`],
    ];
    const before = process.memoryUsage().rss;
    for (const [type, piece] of cases) {
      web.onCall = (call) => endless(call, type, piece);
      const answered = await client.call("x");
      assert.ok(answered.error, JSON.stringify(answered).slice(0, 200));
      assert.ok(process.memoryUsage().rss - before < 500e6, `${(process.memoryUsage().rss - before) / 1e6} MB`);
    }
    web.onCall = (call) => call.result(DONE);
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
    await web.add("talk", talkative);
    const other = await web.site.client("talk");
    await other.ask({ jsonrpc: "2.0", method: "notifications/roots/list_changed" });
    await pause(200);
    assert.ok(written < 40e6, `${written / 1e6} MB`);
  });

  it("that floods its standing stream does not keep the gateway busy, nor one that ends it at once", async () => {
    let gets = 0;
    web.onGet = (call) => {
      gets++;
      call.stream()({ jsonrpc: "2.0", method: "notifications/x" }, `${gets}`, "retry: 0\n");
      call.response.end();
    };
    const client = await web.site.client("web");
    await pause(500);
    assert.ok(gets > 1 && gets <= 12, `${gets} streams in half a second`);
    await client.delete();
    const after = gets;
    await pause(200);
    assert.ok(gets <= after + 1);
  });

  it("cannot wish for a wait that no timer has", async () => {
    let gets = 0;
    web.onGet = (call) => {
      gets++;
      call.stream()({ jsonrpc: "2.0", method: "notifications/x" }, `${gets}`, "retry: 99999999999\n");
      call.response.end();
    };
    const client = await web.site.client("web");
    await pause(300);
    assert.equal(gets, 1);
    await client.delete();
  });
});
