import assert from "node:assert/strict";
import { type Init, pause, until } from "../../../support/mcp-init/mcp-init";
import { manifestOf } from "../../../support/orchestrator/gateway/gateway-manifest";
import { Site, servers } from "../../../support/orchestrator/gateway/gateway-site";

/** Mode per-client: one process a session, and none is left when the session is over, however it ended. */
describe("gateway: the end of a session", function () {
  this.timeout(20_000);
  let site: Site;
  let init: Init;

  before(async () => {
    site = await Site.open();
    init = await site.stdio("one", { sessions: { max: 16 } });
  });
  after(Site.closeAll);
  afterEach(async () => {
    await init.alone();
    assert.deepEqual(site.gateway.sessions(), []);
  });

  it("has a process of its own for each session", async () => {
    const clients = await Promise.all([1, 2, 3].map(() => site.client("one")));
    const pids = await Promise.all(clients.map((client) => client.text("pid")));
    assert.equal(new Set(pids).size, 3);
    assert.deepEqual(await Promise.all(clients.map((client) => client.text("pid"))), pids, "the same ones again");
    assert.equal(servers(init), 3);
    assert.equal(site.gateway.usage("one").connections, 3);
    for (const client of clients) assert.equal(await client.delete(), 200);
  });

  it("comes with DELETE, for a process that does not listen to SIGTERM too", async () => {
    const client = await site.client("one");
    client.start("deaf");
    await pause(50);
    assert.equal(await client.delete(), 200);
    await init.alone();
    assert.equal((await client.ask({ jsonrpc: "2.0", id: 1, method: "ping" })).status, 404);
    assert.equal(await client.delete(), 404);
  });

  it("tells the calls in flight", async () => {
    const client = await site.client("one");
    const calls = [client.start("hang"), client.start("hang")];
    await until(
      "two in flight",
      () => site.gateway.usage("one").inFlight,
      (count) => count === 2,
    );
    await client.delete();
    for (const call of calls) {
      await call.done;
      assert.equal(call.last.error?.code, -32000);
      assert.match(call.last.error?.message ?? "", /the session ended: deleted/);
    }
  });

  it("ends streams with it", async () => {
    const client = await site.client("one");
    const stream = await client.listen();
    await client.delete();
    await stream.done;
    assert.equal(stream.broken, undefined);
  });

  it("comes by the operator's hand", async () => {
    const client = await site.client("one");
    const [info] = site.gateway.sessions();
    assert.ok(info);
    assert.equal(info.client?.name, "raw");
    assert.ok(!JSON.stringify(info).includes(client.session ?? "?"), "the key is a secret of the client");
    assert.equal(site.gateway.endSession("nonsense"), false);
    assert.equal(site.gateway.endSession(info.id), true);
    assert.equal(site.test.ended.at(-1), "admin");
    assert.equal((await client.ask({ jsonrpc: "2.0", id: 1, method: "ping" })).status, 404);
  });

  it("comes with its token's, which ends all that the token's holder has open, and nothing of others", async () => {
    for (const name of ["other", "revoked"]) site.test.principals.set(name, { name, scopes: new Set() });
    const other = await site.client("one", { principal: "other" });
    const client = await site.client("one", { principal: "revoked" });
    const caller = site.caller("one", { principal: "revoked" });
    await caller.modernCall("pid");
    const call = caller.startModern("tools/call", { name: "hang", arguments: {} });
    await until(
      "it hangs",
      () => site.gateway.usage("one").inFlight,
      (count) => count === 1,
    );
    site.gateway.endAll("revoked");
    await call.done;
    assert.ok(call.last.error);
    assert.equal((await client.ask({ jsonrpc: "2.0", id: 1, method: "ping" })).status, 404);
    assert.equal(site.gateway.usage("one").connections, 1);
    await other.text("pid");
    await other.delete();
  });

  it("comes with the client's disappearance during initialize", async () => {
    const slow = await site.stdio("slow", { command: ["--slow", "20000"] });
    const caller = site.caller("slow");
    const reply = caller.send({
      jsonrpc: "2.0",
      id: 0,
      method: "initialize",
      params: { protocolVersion: "2025-11-25" },
    });
    await until(
      "its process",
      () => servers(slow),
      (count) => count === 1,
    );
    reply.drop();
    await slow.alone(2_000);
    assert.equal(site.gateway.usage("slow").connections, 0);
    site.test.servers.set("slow");
  });

  it("comes with the server's removal, and what is asked in the middle of it is told", async () => {
    const gone = await site.stdio("gone");
    const client = await site.client("gone");
    const all = await site.client();
    const calls = [client.start("hang"), all.start("gone__hang")];
    const opening = site.caller("gone").startModern("tools/call", { name: "hang" });
    await until(
      "three in flight", // of the processes one may be that which was only asked what it speaks
      () => site.gateway.usage("gone").inFlight,
      (count) => count === 3,
    );
    await pause(50);
    site.test.servers.set("gone");
    for (const call of [...calls, opening]) {
      await call.done;
      assert.equal(call.last.error?.code, -32000, JSON.stringify(call.last));
    }
    await gone.alone();
    assert.equal((await client.ask({ jsonrpc: "2.0", id: 1, method: "ping" })).status, 404);
    assert.equal((await all.call("gone__pid")).error?.code, -32602, "the session with all servers goes on");
    await all.delete();
  });

  it("comes with the server's removal in the middle of initialize", async () => {
    const slow = await site.stdio("slow", { command: ["--slow", "20000"] });
    const initialize = { jsonrpc: "2.0", id: 0, method: "initialize", params: {} };
    const replies = [
      site.caller("slow").send(initialize),
      (await site.client()).start("slow__pid"),
      site.caller("slow").startModern("tools/call", { name: "pid" }),
    ];
    await until(
      "their processes",
      () => servers(slow),
      (count) => count === 3,
    );
    site.test.servers.set("slow");
    await Promise.all(replies.map(({ done }) => done));
    for (const reply of replies) assert.ok(reply.last.error, reply.text);
    assert.ok((replies[0]?.status ?? 0) >= 500);
    await slow.alone();
    for (const { id } of site.gateway.sessions()) site.gateway.endSession(id);
  });

  it("comes with the idle time-out, unless the client listens or waits", async () => {
    const idle = await site.stdio("idle", { sessions: { idleTimeout: "1s" } });
    const [silent, waiting, listening] = await Promise.all([1, 2, 3].map(() => site.client("idle")));
    assert.ok(silent && waiting && listening);
    waiting.start("hang");
    await listening.listen();
    await until(
      "one ended",
      () => servers(idle),
      (count) => count === 2,
      6_000,
    );
    assert.equal(site.test.ended.at(-1), "idle");
    assert.equal((await silent.ask({ jsonrpc: "2.0", id: 1, method: "ping" })).status, 404);
    assert.equal((await waiting.ask({ jsonrpc: "2.0", id: "p", method: "ping" })).status, 200);
    await Promise.all([waiting.delete(), listening.delete()]);
    site.test.servers.set("idle");
    await idle.alone();
  });

  it("comes when a client that listened has gone, but not when it never listened", async () => {
    const other = await Site.open({}, { desertedMs: 1_500 });
    const its = await other.stdio("one");
    const [gone, back, never] = await Promise.all([1, 2, 3].map(() => other.client("one")));
    assert.ok(gone && back && never);
    const streams = await Promise.all([gone.listen(), back.listen()]);
    const long = never.start("progress", { n: 3, ms: 900 }, { progressToken: 1 }); // a stream, but not such a one
    await Promise.all([pause(2_500), long.done]); // the sweeper saw them
    for (const stream of streams) stream.drop();
    await pause(200);
    await back.listen();
    await until(
      "one ended",
      () => servers(its),
      (count) => count === 2,
      8_000,
    );
    assert.deepEqual(other.test.ended, ["client-gone"]);
    await pause(2_100);
    assert.equal(await back.text("pid").then(() => servers(its)), 2);
    await other.close();
  });

  it("comes with the gateway's end", async () => {
    const other = await Site.open();
    const its = await other.stdio("one");
    const warm = await other.stdio("warm", { sessions: { warmPool: 2 } });
    const [client, all] = [await other.client("one"), await other.client()];
    await all.text("one__pid");
    await other.caller("one").modernCall("pid");
    const call = client.start("hang");
    const starting = other.caller("one").send({ jsonrpc: "2.0", id: 0, method: "initialize", params: {} });
    await until(
      "the warm pool",
      () => servers(warm),
      (count) => count === 2,
    );
    await until(
      "the call",
      () => other.gateway.usage("one").inFlight,
      (count) => count === 1,
    );
    await other.gateway.close();
    await Promise.all([call.done, starting.done]);
    assert.match(call.last.error?.message ?? "", /shutdown/);
    await Promise.all([its.alone(), warm.alone()]);
    await other.close();
  });

  it("is not forgotten when a server is replaced in the same name", async () => {
    const old = await site.stdio("same");
    const client = await site.client("same");
    assert.equal(client.session?.length, 32);
    const renewed = await site.stdio("same");
    await old.stop();
    await client.call("pid").catch(() => {});
    assert.match(await client.text("pid"), /^\d+$/, "opened again at the new one");
    await client.delete();
    await renewed.alone();
    site.test.servers.set("same", { type: "stdio", socket: renewed.socket }, manifestOf({}));
  });
});
