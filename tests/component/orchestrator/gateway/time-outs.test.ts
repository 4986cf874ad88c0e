import assert from "node:assert/strict";
import { pause, until } from "../../../support/mcp-init/mcp-init";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";
import type { Answer, McpClient } from "../../../support/orchestrator/gateway/mcp-client";

const CALL_MS = 400;
const ASKABLE = { "io.modelcontextprotocol/clientCapabilities": { elicitation: {} } };

describe("gateway: time-outs", function () {
  this.timeout(20_000);
  let site: Site;

  before(async () => {
    site = await Site.open();
    const timeouts = { call: `${CALL_MS}ms`, start: "300ms" };
    for (const [name, command] of [
      ["one", []],
      ["legacy", ["--era", "legacy"]],
      ["slow", ["--slow", "3000"]],
    ] as const) {
      await site.stdio(name, { timeouts, command: [...command] });
    }
  });
  after(Site.closeAll);

  const heard = async (client: McpClient): Promise<Answer[]> => (await client.call("heard")).result.lines as Answer[];

  it("end a call, and its server is told that nobody waits", async () => {
    const client = await site.client("one");
    const answer = await client.call("hang");
    assert.equal(answer.error?.code, -32001);
    assert.match(answer.error?.message ?? "", /no answer from one within 400 ms/);
    assert.deepEqual(answer.error?.data, { timeout: CALL_MS });
    const cancelled = (await heard(client)).find(({ method }) => method === "notifications/cancelled");
    assert.deepEqual(cancelled?.params, { requestId: 1, reason: "no answer within 400 ms" });
    assert.equal(site.test.audited.find(({ tool }) => tool === "hang")?.result, "timeout");
    assert.match(await client.text("pid"), /^\d+$/, "the session goes on");
  });

  it("end calls of every kind", async () => {
    const all = await site.client();
    for (const answer of [
      await site.caller("one").modernCall("hang"),
      await site.caller("legacy").modernCall("hang"),
      await site.caller().modernCall("one__hang"),
      await all.call("one__hang"),
    ]) {
      assert.equal(answer.error?.code, -32001, JSON.stringify(answer));
    }
    const rest = site.gateway.callTool("one", "hang", {}, { name: "x", scopes: new Set() });
    await assert.rejects(rest, /server one: no answer to tools\/call within 400 ms/);
    assert.equal(site.gateway.usage("one").inFlight, 0);
  });

  it("drop an answer that comes late", async () => {
    const client = await site.client("one");
    const late = await client.call("sleep", { ms: 600 });
    assert.equal(late.error?.code, -32001);
    await pause(300);
    const next = await client.call("pid");
    assert.equal(next.id, 2);
    assert.match(next.result.content[0].text, /^\d+$/);
  });

  it("begin anew with each progress", async () => {
    for (const server of ["one", "legacy"]) {
      const client = await site.client(server);
      const reply = client.start("progress", { n: 5, ms: 250 }, { progressToken: 1 });
      await reply.done;
      assert.equal(reply.last.result?.content[0].text, "done", JSON.stringify(reply.last));
      await client.delete();
      const modern = site
        .caller(server)
        .startModern("tools/call", { name: "progress", arguments: { n: 4, ms: 250 }, _meta: { progressToken: "x" } });
      await modern.done;
      assert.equal(modern.last.result?.content[0].text, "done", JSON.stringify(modern.last));
    }
  });

  it("wait while a client thinks about a question, and go on afterwards", async () => {
    const client = await site.client("one", { capabilities: { elicitation: {} } });
    const reply = client.start("ask");
    await reply.has("elicitation/create");
    await pause(3 * CALL_MS);
    assert.ok(!reply.ended);
    await client.ask({ jsonrpc: "2.0", id: "q1", result: { action: "accept" } });
    await reply.done;
    assert.equal(reply.last.result?.answer.result.action, "accept", JSON.stringify(reply.last));
    const withdrawn = Buffer.from(
      '{"jsonrpc":"2.0","id":"q2","method":"elicitation/create","params":{}}\n' +
        '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"q2"}}\n',
    ).toString("hex");
    const hanging = client.start("say", { hex: withdrawn, only: true });
    await hanging.has("q2");
    await until("the end", () => hanging.ended, Boolean, 3 * CALL_MS);
    assert.equal(hanging.last.error?.code, -32001, "a question that was withdrawn holds nothing up");
  });

  it("wait for the next request of a modern client that was asked", async () => {
    const caller = site.caller("legacy");
    const asked = await caller.modernCall("ask", {}, { _meta: ASKABLE });
    await pause(2 * CALL_MS);
    const { requestState } = asked.result;
    const inputResponses = { q1: { action: "decline" } };
    const done = await caller.modernCall("ask", {}, { _meta: ASKABLE, requestState, inputResponses });
    assert.equal(done.result?.answer.result.action, "decline", JSON.stringify(done));
  });

  it("end a start, with a session or without", async () => {
    const caller = site.caller("slow");
    const reply = await caller.ask({ jsonrpc: "2.0", id: 1, method: "initialize", params: {} });
    assert.equal(reply.status, 504);
    assert.match(reply.last.error?.message ?? "", /no answer to initialize within 300 ms/);
    const modern = await caller.modernCall("pid");
    assert.match(modern.error?.message ?? "", /no answer to initialize within 300 ms/);
    await until(
      "no connection is left",
      () => site.gateway.usage("slow").connections,
      (count) => count === 0,
    );
  });

  it("and cancellation reaches the server, whoever cancels and however", async () => {
    const client = await site.client("one");
    const cancelled = async () =>
      (await heard(client))
        .filter(({ method }) => method === "notifications/cancelled")
        .map(({ params }) => params?.reason);
    const first = client.start("hang");
    await pause(30);
    const body = {
      jsonrpc: "2.0",
      method: "notifications/cancelled",
      params: { requestId: 1, reason: "I changed my mind" },
    };
    assert.equal((await client.ask(body)).status, 202);
    await first.done;
    assert.deepEqual(await cancelled(), ["I changed my mind"]);
    assert.equal(first.broken, undefined, "HTTP has its answer");
    assert.deepEqual([first.status, first.headers["content-type"], first.messages], [200, "text/event-stream", []]);
    const json = client.send(
      { jsonrpc: "2.0", id: "j", method: "tools/call", params: { name: "hang" } },
      { accept: "application/json" },
    );
    await pause(30);
    await client.ask({ ...body, params: { requestId: "j", reason: "no" } });
    await json.done;
    assert.equal(json.last.error?.code, -32800);

    const second = client.start("hang");
    await pause(30);
    second.drop();
    await pause(100);
    assert.deepEqual(await cancelled(), ["I changed my mind", "no"], "a connection that breaks cancels nothing");

    const caller = site.caller("one");
    const modern = caller.startModern("tools/call", { name: "hang" });
    await pause(150);
    modern.drop();
    await until(
      "given up",
      () => site.gateway.usage("one").inFlight,
      (count) => count === 0,
      CALL_MS,
    );
    const lines = (await caller.modernCall("heard")).result.lines as Answer[];
    assert.equal(
      lines.filter(({ method }) => method === "notifications/cancelled").at(-1)?.params?.reason,
      "the client left",
    );
  });
});
