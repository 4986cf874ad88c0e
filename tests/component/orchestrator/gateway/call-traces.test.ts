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

  it("has none where the gateway answers itself", async () => {
    await site.caller("one").modern("initialize");
    assert.deepEqual(latest().parts, ["client", "gateway"]);
  });
});
