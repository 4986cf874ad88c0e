import assert from "node:assert/strict";
import { Scope } from "../../../../api/scopes";
import { type Init, pause, until } from "../../../support/mcp-init/mcp-init";
import { Site, servers } from "../../../support/orchestrator/gateway/gateway-site";
import type { Answer, McpClient } from "../../../support/orchestrator/gateway/mcp-client";

const kill = (init: Init): void => {
  for (const { pid, name } of init.processes) if (name === "scripted") process.kill(pid, "SIGKILL");
};
const lines = (...texts: string[]): object => ({ hex: Buffer.from(`${texts.join("\n")}\n`).toString("hex") });

/** Mode shared: one process for everybody. */
describe("gateway: a server that all clients share", function () {
  this.timeout(20_000);
  let site: Site;
  let init: Init;

  beforeEach(async () => {
    site = await Site.open();
    init = await site.stdio("one", { sessions: { mode: "shared" } });
    site.test.principals.set("bob", { name: "bob", scopes: new Set([Scope.Mcp]) });
  });
  afterEach(Site.closeAll);

  it("has one process, however many come at once and in whatever way", async () => {
    const clients = await Promise.all(
      Array.from({ length: 20 }, (_, i) => site.client("one", i % 2 ? { principal: "bob" } : {})),
    );
    const all = await site.client();
    const pids = await Promise.all([
      ...clients.map((client) => client.text("pid")),
      all.text("one__pid"),
      ...Array.from(
        { length: 20 },
        async () => (await site.caller("one").modernCall("pid")).result.content[0].text as string,
      ),
    ]);
    assert.equal(new Set(pids).size, 1);
    assert.equal(servers(init), 1);
    const { sessions, connections } = site.gateway.usage("one");
    assert.deepEqual({ sessions, connections }, { sessions: 20, connections: 1 });
    await Promise.all(clients.map((client) => client.delete()));
    assert.equal(await all.text("one__pid"), pids[0], "it lives on");
    assert.equal(site.gateway.usage("one").inFlight, 0);
  });

  it("answers each client under its own ids and tokens", async () => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => site.client("one")));
    const answers = await Promise.all(
      clients.flatMap((client, who) =>
        Array.from({ length: 20 }, async (_, i) => {
          const params = { name: "echo", arguments: { who, i }, _meta: { progressToken: "t" } };
          const reply = await client.ask({ jsonrpc: "2.0", id: i, method: "tools/call", params });
          return { who, i, answer: reply.last };
        }),
      ),
    );
    for (const { who, i, answer } of answers) {
      assert.equal(answer.id, i);
      assert.deepEqual(answer.result.line.params.arguments, { who, i });
    }
    const steps = clients.map((client, who) => client.start("progress", { n: who + 1 }, { progressToken: 0 }));
    await Promise.all(steps.map(({ done }) => done));
    for (const [who, reply] of steps.entries()) {
      const told = reply.messages.slice(0, -1).map((text) => JSON.parse(text) as Answer);
      assert.deepEqual(
        told.map(({ params }) => [params?.progressToken, params?.progress]),
        Array.from({ length: who + 1 }, (_, n) => [0, n + 1]),
      );
    }
  });

  it("tells all of what concerns all", async () => {
    const clients = await Promise.all([1, 2, 3].map(() => site.client("one")));
    const streams = await Promise.all(clients.map((client) => client.listen()));
    await clients[0]?.call("say", lines('{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}'));
    for (const stream of streams) await stream.has("tools/list_changed");
    await pause(50);
    for (const stream of streams) assert.equal(stream.messages.length, 1, JSON.stringify(stream.messages));
  });

  it("asks its clients nothing: it could not be said which one", async () => {
    const [client, other] = [await site.client("one", { capabilities: { elicitation: {} } }), await site.client("one")];
    const stream = await other.listen();
    const reply = client.start(
      "say",
      lines(
        '{"jsonrpc":"2.0","id":"a","method":"elicitation/create","params":{}}',
        '{"jsonrpc":"2.0","id":"b","method":"ping"}',
      ),
    );
    await reply.done;
    assert.equal(reply.messages.length, 1);
    const heard = (await client.call("heard")).result.lines as Answer[];
    assert.equal(heard.find(({ id }) => id === "a")?.error?.code, -32601);
    assert.deepEqual(heard.find(({ id }) => id === "b")?.result, {});
    assert.deepEqual(heard[0]?.params?.capabilities, {}, "and it was told of no capabilities");
    assert.deepEqual(stream.messages, []);
  });

  it("hears of what a client gives up, and of a client that leaves, in its own ids", async () => {
    const [client, other] = [await site.client("one"), await site.client("one")];
    const call = client.start("hang");
    const kept = other.start("hold");
    await until(
      "in flight",
      () => site.gateway.usage("one").inFlight,
      (count) => count >= 2,
    );
    await client.ask({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1, reason: "enough" } });
    await call.done;
    client.start("hang");
    await pause(50);
    await client.delete();
    await pause(50);
    const heard = (await other.call("heard")).result.lines as Answer[];
    const hangs = heard.filter(({ params }) => params?.name === "hang").map(({ id }) => id);
    const cancelled = heard
      .filter(({ method }) => method === "notifications/cancelled")
      .map(({ params }) => params?.requestId);
    assert.deepEqual(cancelled, hangs);
    await other.call("release");
    await kept.done;
    assert.equal(kept.last.result.content[0].text, "released");
  });

  it("tells everybody when it dies, and comes back for the next call", async () => {
    const clients = await Promise.all([1, 2, 3].map(() => site.client("one")));
    const before = await clients[0]?.text("pid");
    const calls = [
      ...clients.map((client) => client.start("hang")),
      site.caller("one").startModern("tools/call", { name: "hang" }),
    ];
    await until(
      "in flight",
      () => site.gateway.usage("one").inFlight,
      (count) => count >= 4,
    );
    await clients[0]?.text("pid");
    kill(init);
    await Promise.all(calls.map(({ done }) => done));
    for (const call of calls)
      assert.match(call.last.error?.message ?? "", /server one failed during the call: its process ended/);
    const pids = await Promise.all(clients.map((client) => client.text("pid")));
    assert.equal(new Set(pids).size, 1);
    assert.notEqual(pids[0], before);
    assert.equal(servers(init), 1);
  });

  it("counts against nobody's session how it ended under others", async () => {
    const [one, all, evil] = [await site.client("one"), await site.client(), await site.client("one")];
    await all.text("one__pid");
    await evil.call("exit");
    assert.match((await one.call("exit")).error?.message ?? "", /its process ended/, "the first time of its own");
    assert.match(await one.text("pid"), /^\d+$/);
    await evil.call("exit");
    assert.match(await all.text("one__pid"), /^\d+$/);
  });

  it("serves one that is slow to read no worse than the others", async () => {
    const quick = await site.client("one");
    const slow: McpClient = await site.client("one");
    const reply = slow.send(
      { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "flood", arguments: { bytes: 10e6 } } },
      {},
      false,
    );
    await reply.begun;
    for (let times = 0; times < 5; times++) assert.match(await quick.text("pid"), /^\d+$/);
    reply.drop();
  });
});
