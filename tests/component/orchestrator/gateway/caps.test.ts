import assert from "node:assert/strict";
import { until } from "../../../support/mcp-init/mcp-init";
import { Site, servers } from "../../../support/orchestrator/gateway/gateway-site";
import type { McpClient, Reply } from "../../../support/orchestrator/gateway/mcp-client";

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } },
};

function refusals(replies: Reply[]): Reply[] {
  return replies.filter(({ status }) => status !== 200);
}

/** Each refusal says what is full, and when to come again. */
function assertBusy(reply: Reply, words: RegExp): void {
  assert.equal(reply.status, 503, reply.text);
  assert.equal(reply.headers["retry-after"], "1");
  assert.equal(reply.last.error?.code, -32004);
  assert.match(reply.last.error?.message ?? "", words);
}

describe("gateway: caps", function () {
  this.timeout(30_000);
  after(Site.closeAll);

  it("holds the server's cap under 200 clients at once, and the process limit is never met", async () => {
    const site = await Site.open();
    const init = await site.stdio("one", { sessions: { max: 8 } });
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, site.gateway.usage("one").connections);
    }, 1);
    const replies = await Promise.all(Array.from({ length: 200 }, () => site.caller("one").ask(INITIALIZE)));
    clearInterval(watch);
    assert.ok(most <= 8, `${most} connections`);
    for (const refusal of refusals(replies)) assertBusy(refusal, /server one has all 8 sessions in use/);
    assert.equal(servers(init), 8);
    assert.equal(site.gateway.sessions().length, 8);
    assert.ok(replies.length - refusals(replies).length >= 8);
    await site.close();
  });

  it("takes the place of the session that was silent for the longest time, never of one in use", async () => {
    const site = await Site.open();
    const init = await site.stdio("one", { sessions: { max: 4, grace: "0s" } });
    const clients: McpClient[] = [];
    for (let i = 0; i < 4; i++) clients.push(await site.client("one"));
    const [busy, oldest, second, third] = clients as [McpClient, McpClient, McpClient, McpClient];
    busy.start("hang");
    await third.listen(); // whoever listens goes last
    await second.text("pid");
    const newer = await site.client("one");
    assert.deepEqual(site.test.ended, ["evicted"]);
    assert.equal((await oldest.ask({ jsonrpc: "2.0", id: 1, method: "ping" })).status, 404);
    await second.text("pid");
    await newer.text("pid");
    newer.start("hang");
    second.start("hang");
    await until(
      "in flight",
      () => site.gateway.usage("one").inFlight,
      (count) => count === 3,
    );
    const reply = await site.caller("one").ask(INITIALIZE);
    assertBusy(reply, /all 4 sessions/);
    assert.match(await third.text("pid"), /^\d+$/, "a client that listens is not put out while it is new");
    await until(
      "at the cap",
      () => servers(init),
      (count) => count === 4,
    );
    await site.close();
  });

  it("gives a process that a dead session leaves the grace it has, and the next client its place", async () => {
    const site = await Site.open();
    const init = await site.stdio("one", { sessions: { max: 1, grace: "500ms" }, init: { graceMs: 500 } });
    const stubborn = await site.client("one");
    stubborn.start("deaf");
    await until(
      "in flight",
      () => site.gateway.usage("one").inFlight,
      (count) => count === 1,
    );
    await stubborn.delete();
    const reply = await site.caller("one").ask(INITIALIZE);
    assert.equal(reply.status, 200, reply.text);
    assert.equal(servers(init), 1);
    await site.close();
  });

  it("puts out waiting processes and pooled ones before sessions", async () => {
    const site = await Site.open();
    const init = await site.stdio("one", { sessions: { max: 4, warmPool: 1, grace: "0s" } });
    await until(
      "the warm one",
      () => servers(init),
      (count) => count === 1,
    );
    await site.caller("one").modernCall("pid");
    const clients = [await site.client("one"), await site.client("one")];
    await until(
      "all places",
      () => servers(init),
      (count) => count === 4,
      2_000,
    );
    clients.push(await site.client("one"), await site.client("one"));
    assert.deepEqual(site.test.ended, []);
    assert.equal(site.gateway.usage("one").idle, 0);
    for (const client of clients) await client.text("pid");
    await site.close();
  });

  it("counts what sessions with all servers use, and takes it back as well", async () => {
    const site = await Site.open();
    const init = await site.stdio("one", { sessions: { max: 2, grace: "0s" } });
    const all = await Promise.all([1, 2].map(() => site.client()));
    for (const client of all) await client.text("one__pid");
    const third = await site.client();
    assert.match(await third.text("one__pid"), /^\d+$/);
    const direct = await site.client("one");
    assert.match(await direct.text("pid"), /^\d+$/);
    assert.ok(servers(init) <= 2);
    for (const client of all)
      assert.match(await client.text("one__pid"), /^\d+$/, "its session with the others lives on");
    await site.close();
  });

  it("holds the cap of all servers together, also among 100 clients that come at once", async () => {
    const site = await Site.open({ limits: { sessions: 10 } });
    const inits = [await site.stdio("one"), await site.stdio("two")];
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, site.gateway.sessions().length);
    }, 1);
    const replies = await Promise.all(
      Array.from({ length: 100 }, (_, i) => site.caller(["one", "two", undefined][i % 3]).ask(INITIALIZE)),
    );
    clearInterval(watch);
    assert.ok(most <= 10, `${most} sessions`);
    for (const reply of refusals(replies)) assertBusy(reply, /all \d+ sessions/);
    assert.ok(inits.reduce((sum, init) => sum + servers(init), 0) <= 10);
    await site.close();
  });

  it("makes the cap smaller when the memory limit would not hold so many", async () => {
    const site = await Site.open();
    const init = await site.stdio("one", { sessions: { max: 8, grace: "0s" } });
    const clients = [await site.client("one"), await site.client("one")];
    for (const client of clients) client.start("hang");
    site.test.servers.memories.set("one", { usage: 60e6, limit: 100e6 }); // 30 MB each
    assert.equal(site.gateway.usage("one").cap, 3);
    clients.push(await site.client("one"));
    clients[2]?.start("hang");
    await until(
      "in flight",
      () => site.gateway.usage("one").inFlight,
      (count) => count === 3,
    );
    assertBusy(await site.caller("one").ask(INITIALIZE), /all 3 sessions/);
    assert.equal(servers(init), 3);
    site.test.servers.memories.delete("one");
    await site.close();
  });

  it("does not take one session for a large one because others have just ended", async () => {
    const site = await Site.open();
    const init = await site.stdio("one", { sessions: { max: 8 } });
    const clients = await Promise.all([1, 2, 3, 4].map(() => site.client("one")));
    await Promise.all(clients.slice(1).map((client) => client.delete()));
    site.test.servers.memories.set("one", { usage: 40e6, limit: 100e6 }); // measured when there were four: 10 MB each
    assert.ok(site.gateway.usage("one").cap > 4);
    await site.client("one");
    assert.deepEqual(site.test.ended, ["deleted", "deleted", "deleted"], "nobody was put out");
    await until(
      "two",
      () => servers(init),
      (count) => count === 2,
    );
    await site.close();
  });

  it("gives modern calls of many principals a process or a refusal, and never one that was just taken away", async () => {
    const site = await Site.open();
    await site.stdio("one", { sessions: { max: 3, grace: "0s" } });
    await site.caller("one").modernCall("pid");
    const answers = await Promise.all(
      Array.from({ length: 120 }, async (_, i) => {
        const principal = `p${i % 40}`;
        site.test.principals.set(principal, { name: principal, scopes: new Set() });
        return site.caller("one", { principal }).modernCall("pid");
      }),
    );
    const words = new Set(answers.map(({ error }) => error?.message ?? "ok"));
    assert.ok(words.has("ok"));
    for (const one of words) assert.match(one, /^ok$|^server one has all 3 sessions in use$/);
    await site.close();
  });
});
