import assert from "node:assert/strict";
import { Scope } from "../../../../api/scopes";
import { until } from "../../../support/mcp-init/mcp-init";
import { Site, type StdioOptions, servers } from "../../../support/orchestrator/gateway/gateway-site";
import type { McpClient } from "../../../support/orchestrator/gateway/mcp-client";

const BUSY = -32004;
const PLACE_GONE = /its place went to a token that had none, as all 3 were in use/;
const RECLAIMED =
  /the session ended: reclaimed: its place went to a token that had none, as all were in use \(maxSessions\)/;

describe("gateway: what one token may have", function () {
  this.timeout(60_000);
  let site: Site;
  afterEach(Site.closeAll);

  async function open(
    limits: Parameters<typeof Site.open>[0] = {},
    sessions: StdioOptions["sessions"] = {},
    command: string[] = [],
  ) {
    site = await Site.open(limits);
    for (const name of ["ada", "bob"]) site.test.principals.set(name, { name, scopes: new Set([Scope.Mcp]) });
    return site.stdio("one", { command, sessions: { grace: "0s", ...sessions } });
  }
  const client = (principal: string) => site.client("one", { principal });
  const clientOfAll = (principal: string) => site.client(undefined, { principal });
  const inFlight = (count: number) =>
    until(
      `${count} in flight`,
      () => site.gateway.usage("one").inFlight,
      (found) => found === count,
    );
  /** A session with a call that never ends. */
  async function busy(principal: string) {
    const one = await client(principal);
    return one.start("hang");
  }

  it("is no server whole: who has none gets a place, though all are in use", async () => {
    const init = await open({}, { max: 3 });
    const hanging = [await busy("ada"), await busy("ada"), await busy("ada")];
    await inFlight(3);
    const bob = await client("bob");
    assert.match(await bob.text("pid"), /^\d+$/);
    await until("one call given up", () => hanging.filter(({ ended }) => ended).length, Boolean);
    const given = hanging.filter(({ ended }) => ended);
    assert.deepEqual(
      given.map(({ last }) => [last.error?.code, PLACE_GONE.test(last.error?.message ?? "")]),
      [[-32000, true]],
    );
    bob.start("hang");
    await inFlight(3);
    const more = await site.caller("one", { principal: "ada" }).initialize();
    assert.deepEqual([more.status, more.last.error?.code], [503, BUSY], "ada has two, bob one: it stays so");
    assert.equal(servers(init), 3);
  });

  it("is no server whole for calls without a session either", async () => {
    await open({}, { max: 3 });
    const ada = site.caller("one", { principal: "ada" });
    const asks = { _meta: { "io.modelcontextprotocol/logLevel": "debug" } }; // each has a process of its own
    for (let i = 0; i < 3; i++) ada.startModern("tools/call", { name: "hang", ...asks });
    await inFlight(3);
    const answer = await site.caller("one", { principal: "bob" }).modernCall("pid");
    assert.ok(answer.result, JSON.stringify(answer));
    const refused = await ada.modern("tools/call", { name: "pid", ...asks });
    assert.ok(refused.result, "bob's is idle again, and ada's two have the rest");
  });

  it("is not all sessions of the gateway", async () => {
    await open({ limits: { sessions: 3 } });
    const hanging = [await busy("ada"), await busy("ada"), await busy("ada")];
    await inFlight(3);
    const bob = await clientOfAll("bob");
    assert.equal(site.gateway.sessions().length, 3);
    await until("one call given up", () => hanging.filter(({ ended }) => ended).length, Boolean);
    assert.match(hanging.find(({ ended }) => ended)?.last.error?.message ?? "", RECLAIMED);
    assert.deepEqual(site.test.ended, ["reclaimed"], "in the metrics too");
    await bob.ask({ jsonrpc: "2.0", id: 1, method: "ping" });
    const more = await site.caller("one", { principal: "ada" }).initialize();
    assert.deepEqual([more.status, more.last.error?.code], [503, BUSY], "ada has two, bob one: it stays so");
    assert.match(more.last.error?.message ?? "", /all 3 sessions .*maxSessions/);
  });

  it("is not the idle session of a token that has fewer, however long that was silent", async () => {
    await open({ limits: { sessions: 3 } });
    const bob = await client("bob");
    const adas: McpClient[] = [];
    for (let i = 0; i < 5; i++) adas.push(await client("ada"));
    assert.match(await bob.text("pid"), /^\d+$/);
    const alive = await Promise.all(adas.map((one) => one.ask({ jsonrpc: "2.0", id: 1, method: "ping" })));
    assert.deepEqual(
      alive.map(({ status }) => status),
      [404, 404, 404, 200, 200],
    );
  });

  it("is as many sessions as maxSessionsPerToken says: then its own idle one goes, or it is told (429)", async () => {
    await open({ limits: { sessionsPerToken: 2 } }, {}, ["--era", "legacy"]);
    const first = await client("ada");
    for (let i = 0; i < 2; i++) await busy("ada");
    assert.equal((await first.ask({ jsonrpc: "2.0", id: 1, method: "ping" })).status, 404);
    const refused = await site.caller("one", { principal: "ada" }).initialize();
    assert.equal(refused.status, 429);
    assert.equal(refused.headers["retry-after"], "1");
    const { error } = refused.last;
    assert.equal(error?.code, BUSY);
    assert.match(error?.message ?? "", /the token ada has 2 sessions, as many as one may have \(maxSessionsPerToken\)/);
    assert.ok(await client("bob"));

    const listen = () => {
      const params = { notifications: { toolsListChanged: true } };
      return site.caller("one", { principal: "ada" }).startModern("subscriptions/listen", params);
    };
    const open2 = [listen(), listen()];
    for (const one of open2) await one.has("acknowledged");
    const third = listen();
    await third.done;
    assert.match(third.last.error?.message ?? "", /ada has 2 subscriptions, .*maxSessionsPerToken/);
    open2[0]?.drop();
    let text = "";
    for (let times = 0; times < 100 && !text.includes("acknowledged"); times++) {
      const again = listen(); // until the gateway has seen that the first one is gone
      await Promise.race([again.done, again.has("acknowledged").catch(() => {})]);
      text = again.messages.join();
      again.drop();
    }
    assert.match(text, /acknowledged/);
    open2[1]?.drop();
  });

  it("is as many calls as maxCallsPerToken says, in sessions, without, and by REST", async () => {
    await open({ limits: { callsPerToken: 2 } }, { max: 8 });
    const ada = await client("ada");
    const all = await clientOfAll("ada");
    const hanging = [ada.start("hang"), all.start("one__hang")];
    await inFlight(2);
    const words = /the token ada has 2 requests without an answer, as many as one may have \(maxCallsPerToken\)/;
    for (const { error } of [
      await ada.call("pid"),
      await all.call("one__pid"),
      await site.caller("one", { principal: "ada" }).modernCall("pid"),
      await site.caller(undefined, { principal: "ada" }).modern("tools/list"),
    ]) {
      assert.equal(error?.code, BUSY);
      assert.match(error?.message ?? "", words);
    }
    const principal = { name: "ada", scopes: new Set([Scope.Mcp]) };
    await assert.rejects(site.gateway.callTool("one", "pid", {}, principal), words);
    assert.ok((await site.caller("one", { principal: "bob" }).modernCall("pid")).result, "others do not notice");
    await ada.ask({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } });
    await hanging[0]?.done;
    for (let i = 0; i < 3; i++) assert.match(await ada.text("pid"), /^\d+$/, "what has ended does not count");
    await site.gateway.callTool("one", "pid", {}, principal);
    hanging[1]?.drop();
  });
});
