import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { type Init, pause, until } from "../../../support/mcp-init/mcp-init";
import { Site, servers } from "../../../support/orchestrator/gateway/gateway-site";
import type { McpClient, Reply } from "../../../support/orchestrator/gateway/mcp-client";

const kill = (init: Init): void => {
  for (const { pid, name } of init.processes) if (name === "scripted") process.kill(pid, "SIGKILL");
};

/** A call is in the server's hands. */
async function underWay(site: Site, client: McpClient, count = 1): Promise<Reply> {
  const call = client.start("hang");
  await until(
    "in flight",
    () => site.gateway.usage("one").inFlight,
    (calls) => calls >= count,
  );
  await client.text("pid");
  return call;
}

describe("gateway: a server's process dies", function () {
  this.timeout(20_000);
  let site: Site;
  let init: Init;

  before(async () => {
    site = await Site.open();
    init = await site.stdio("one", { sessions: { max: 16 } });
  });
  after(Site.closeAll);
  afterEach(async () => {
    for (const { id } of site.gateway.sessions()) site.gateway.endSession(id);
    site.test.ended.length = 0;
    await until(
      "no sessions",
      () => site.gateway.sessions().length,
      (count) => count === 0,
    );
  });

  it("tells the calls in flight at once, and why", async () => {
    const client = await site.client("one");
    const calls = [await underWay(site, client), await underWay(site, client, 2)];
    kill(init);
    await Promise.all(calls.map(({ done }) => done));
    for (const call of calls) {
      assert.equal(call.last.error?.code, -32000);
      assert.match(call.last.error?.message ?? "", /server one failed during the call: its process ended/);
      assert.equal(call.last.result, undefined);
    }
  });

  it("tells a call that kills it, and never tries that one again", async () => {
    const client = await site.client("one");
    const answer = await client.call("exit");
    assert.match(answer.error?.message ?? "", /its process ended/);
    await client.text("pid");
    const { result } = await client.call("heard");
    assert.ok(!JSON.stringify(result.lines).includes('"exit"'));
  });

  it("gives the next call a new process, which is told what the old one knew", async () => {
    const client = await site.client("one", { capabilities: { roots: {} } });
    const level = await client.ask({ jsonrpc: "2.0", id: "l", method: "logging/setLevel", params: { level: "debug" } });
    assert.deepEqual(level.last.result, {});
    for (const uri of ["a:1", "a:2"]) {
      await client.ask({ jsonrpc: "2.0", id: uri, method: "resources/subscribe", params: { uri } });
    }
    await client.ask({ jsonrpc: "2.0", id: "u", method: "resources/unsubscribe", params: { uri: "a:2" } });
    kill(init);
    await until(
      "gone",
      () => site.gateway.usage("one").connections,
      (count) => count === 0,
    );
    const answers = await Promise.all([client.call("heard"), client.call("pid")]);
    const lines = answers[0].result.lines as { method: string; params: Record<string, unknown> }[];
    assert.deepEqual(
      lines.slice(0, 4).map(({ method, params }) => [method, params.level ?? params.uri ?? params.capabilities]),
      [
        ["initialize", { roots: {} }],
        ["notifications/initialized", undefined],
        ["logging/setLevel", "debug"],
        ["resources/subscribe", "a:1"],
      ],
    );
    assert.equal(lines.filter(({ method }) => method === "tools/call").length, 1);
    assert.equal(servers(init), 1, "calls that come together share the new one");
    assert.equal(site.gateway.sessions().length, 1);
  });

  it("ends the session at the second death without a success in between", async () => {
    const client = await site.client("one");
    const stream = await client.listen();
    for (let times = 0; times < 5; times++) {
      assert.match((await client.call("exit")).error?.message ?? "", /its process ended/);
      assert.match(await client.text("pid"), /^\d+$/, "a success in between");
    }
    await client.call("exit");
    assert.match((await client.call("exit")).error?.message ?? "", /its process ended/);
    await stream.done;
    assert.deepEqual(site.test.ended, ["process-ended"]);
    assert.equal((await client.ask({ jsonrpc: "2.0", id: 1, method: "ping" })).status, 404);
    assert.equal(await client.delete(), 404);
  });

  it("reports it when there is no server any more, and never an empty success", async () => {
    const other = await Site.open();
    const its = await other.stdio("two");
    const client = await other.client("two");
    await its.stop();
    if (existsSync(its.socket)) rmSync(its.socket);
    const answers = [await client.call("pid"), await client.call("pid")];
    assert.match(answers[0]?.error?.message ?? "", /server two cannot be reached; it is running/);
    assert.ok(answers[1]?.error);
    await other.test.close();
  });

  it("tells modern calls, and the next one has a new process", async () => {
    const caller = site.caller("one");
    await caller.modernCall("pid");
    const call = caller.startModern("tools/call", { name: "hang" });
    await pause(20);
    await caller.modernCall("pid"); // on the same connection: the server has the other call
    kill(init);
    await call.done;
    assert.match(call.last.error?.message ?? "", /server one failed during the call: its process ended/);
    assert.match((await caller.modernCall("pid")).result.content[0].text, /^\d+$/);
  });

  it("leaves sessions with all servers alive: only what was asked of the dead one fails", async () => {
    await site.stdio("two");
    const client = await site.client();
    const [dying, living] = [client.start("one__hang"), client.start("two__hold")];
    await until(
      "in flight",
      () => site.gateway.usage("one").inFlight + site.gateway.usage("two").inFlight,
      (count) => count === 2,
    );
    await Promise.all([client.text("one__pid"), client.text("two__pid")]);
    kill(init);
    await dying.done;
    assert.match(dying.last.error?.message ?? "", /server one failed during the call/);
    for (let times = 0; times < 3; times++) await client.call("one__exit");
    assert.match(await client.text("one__pid"), /^\d+$/, "also after several deaths");
    await client.text("two__release");
    await living.done;
    assert.equal(living.last.result.content[0].text, "released");
    site.test.servers.set("two");
  });

  it("tells what the server itself said when it could not start a process", async () => {
    const full = await site.stdio("full", { sessions: { max: 4, grace: "0s" }, init: { sessions: 1 } });
    await site.client("full");
    const reply = await site.caller("full").ask({ jsonrpc: "2.0", id: 1, method: "initialize", params: {} });
    assert.equal(reply.status, 503);
    assert.match(reply.last.error?.message ?? "", /too many sessions: 1 of 1 are open/);
    assert.equal(reply.headers["retry-after"], "1");
    assert.equal(servers(full), 1);
    site.test.servers.set("full");
  });
});
