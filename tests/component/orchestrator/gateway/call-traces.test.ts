import assert from "node:assert/strict";
import { build } from "../../../support/mcp-init/mcp-init";
import { Site } from "../../../support/orchestrator/gateway/gateway-site";

describe("gateway: a call's trace", function () {
  this.timeout(60_000);
  let site: Site;

  before(async () => {
    build();
    site = await Site.open();
    await site.stdio("one");
  });
  after(Site.closeAll);

  /** The parts of the latest call, all of the site's having the same request id. */
  const latest = () => {
    const [trace] = site.gateway.traces("r");
    assert.ok(trace);
    const { tool, result, spans, ms } = trace;
    const [client] = spans;
    const sum = spans.reduce((all, span) => all + span.ms, 0);
    assert.ok(Math.abs(sum - (client?.ms ?? 0) - ms) < 0.1, `${sum} of ${ms}`);
    return { tool, result, parts: spans.map(({ part }) => part) };
  };
  const whole = ["client", "gateway", "server", "gateway"];

  it("has the server's part, in a session and without one, for one server and for all", async () => {
    const client = await site.client("one");
    await client.text("pid");
    assert.deepEqual(latest(), { tool: "pid", result: "ok", parts: whole });
    await client.delete();
    await site.caller("one").modernCall("pid");
    assert.deepEqual(latest(), { tool: "pid", result: "ok", parts: whole });
    const all = await site.client();
    await all.text("one__pid");
    assert.deepEqual(latest().parts, whole);
    await all.delete();
    await site.caller().modernCall("one__pid");
    assert.deepEqual(latest().parts, whole);
  });

  it("has it for a call by REST, under that request's id, with what it ended with", async () => {
    const someone = { name: "x", scopes: new Set<never>() };
    const origin = { request: "by-rest", arrived: performance.now() - 5, traceparent: "00-1-2-01" };
    const trace = async (tool: string) => {
      await site.gateway.callTool("one", tool, {}, someone, origin).catch(() => {});
      const [found] = site.gateway.traces("by-rest");
      return { ...found, parts: found?.spans.map(({ part }) => part), sent: found?.spans[0]?.ms ?? 0 };
    };
    const ok = await trace("pid");
    assert.deepEqual(
      [ok.tool, ok.server, ok.principal, ok.result, ok.traceparent],
      ["pid", "one", "x", "ok", "00-1-2-01"],
    );
    assert.deepEqual(ok.parts, whole);
    assert.ok(ok.sent >= 5, `${ok.sent}`);
    const wrong = await trace("nonsense");
    assert.deepEqual([wrong.result, wrong.parts?.includes("server")], ["error", true]);
    const nobody = { ...someone, tools: { deny: ["one__pid"] } };
    await site.gateway.callTool("one", "pid", {}, nobody, { ...origin, request: "denied" }).catch(() => {});
    const [denied] = site.gateway.traces("denied");
    assert.deepEqual([denied?.result, denied?.spans.map(({ part }) => part)], ["denied", ["client", "gateway"]]);
  });

  it("has none where the gateway answers itself", async () => {
    await site.caller("one").modern("initialize");
    assert.deepEqual(latest().parts, ["client", "gateway"]);
  });
});
