import assert from "node:assert/strict";
import { Registry } from "prom-client";
import { CallMetrics } from "../../../../orchestrator/metrics/call-metrics";
import { seriesOf } from "../../../support/orchestrator/metrics/series";

describe("metrics: calls and sessions", () => {
  const observed = async (observe: (metrics: CallMetrics) => void): Promise<Record<string, number>> => {
    const registry = new Registry();
    observe(new CallMetrics(registry));
    return seriesOf(await registry.metrics());
  };

  it("counts calls by server, method and result, and times tool calls", async () => {
    const series = await observed((metrics) => {
      metrics.call("files", "tools/call", "read", "ok", 0.003);
      metrics.call("files", "tools/call", "read", "tool-error", 0.2);
      metrics.call("files", "tools/list", undefined, "ok", 0.001);
      metrics.call("", "tools/list", undefined, "ok", 0.001);
      metrics.sessionOpened("files", true, 0.004);
      metrics.sessionOpened("", false, 0.2);
      metrics.sessionEnded("files", "idle");
      metrics.incomplete("files", "tools/list");
      metrics.streamCut("");
      metrics.refused("host");
    });
    const expected = {
      'dind_mcp_calls_total{server="files",method="tools/call",result="ok"}': 1,
      'dind_mcp_calls_total{server="files",method="tools/call",result="tool-error"}': 1,
      'dind_mcp_calls_total{server="files",method="tools/list",result="ok"}': 1,
      'dind_mcp_calls_total{server="*",method="tools/list",result="ok"}': 1,
      'dind_mcp_tool_calls_total{server="files",tool="read",result="ok"}': 1,
      'dind_mcp_tool_calls_total{server="files",tool="read",result="tool-error"}': 1,
      'dind_mcp_tool_call_duration_seconds_bucket{le="0.0025",server="files",tool="read"}': 0,
      'dind_mcp_tool_call_duration_seconds_bucket{le="0.005",server="files",tool="read"}': 1,
      'dind_mcp_tool_call_duration_seconds_bucket{le="+Inf",server="files",tool="read"}': 2,
      'dind_mcp_sessions_opened_total{server="files",start="warm"}': 1,
      'dind_mcp_session_open_duration_seconds_count{server="*",start="cold"}': 1,
      'dind_mcp_sessions_ended_total{server="files",reason="idle"}': 1,
      'dind_mcp_lists_incomplete_total{server="files",method="tools/list"}': 1,
      'dind_mcp_client_streams_cut_total{server="*"}': 1,
      'dind_mcp_requests_refused_total{reason="host"}': 1,
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(series[name], value, name);
  });
  it("bounds the labels: servers, tools, methods, reasons, whatever clients make up", async () => {
    const series = await observed((metrics) => {
      for (let index = 0; index < 5_000; index++) {
        metrics.call("files", `method${index}`, undefined, "error", 0.1);
        metrics.call("files", "tools/call", `made-up${index}`, index % 2 ? "error" : "tool-error", 0.1);
        metrics.call(`server${index}`, "ping", undefined, "ok", 0.1);
        metrics.sessionEnded("files", `reason${index}`);
      }
      for (let index = 0; index < 100; index++) metrics.call("files", "tools/call", `tool${index}`, "ok", 0.1);
      metrics.call("files", "tools/call", "tool1", "error", 0.1);
    });
    const count = (pattern: RegExp): number => Object.keys(series).filter((name) => pattern.test(name)).length;
    assert.equal(count(/^dind_mcp_tool_calls_total.*result="ok"/), 65);
    assert.equal(count(/made-up|method\d/), 0);
    assert.equal(series['dind_mcp_calls_total{server="files",method="other",result="error"}'], 5_000);
    assert.equal(series['dind_mcp_tool_calls_total{server="files",tool="other",result="ok"}'], 36);
    assert.equal(series['dind_mcp_tool_calls_total{server="files",tool="tool1",result="error"}'], 1);
    assert.equal(count(/^dind_mcp_sessions_ended_total/), 33);
    assert.ok(count(/^dind_mcp_calls_total/) < 270);
  });
  it("escapes what a server's or a tool's name could break", async () => {
    const series = await observed((metrics) => metrics.call("files", "tools/call", 'a"b\\c\nd', "ok", 1));
    assert.equal(series['dind_mcp_tool_calls_total{server="files",tool="a\\"b\\\\c\\nd",result="ok"}'], 1);
  });
});
