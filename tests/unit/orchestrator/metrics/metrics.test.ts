import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { Registry } from "prom-client";
import { CallMetrics } from "../../../../orchestrator/metrics/call-metrics";
import { Exposition } from "../../../../orchestrator/metrics/exposition";
import { MetricsServer } from "../../../../orchestrator/metrics/metrics-server";
import { AccessGuard } from "../../../../orchestrator/security/guard";
import { promtool } from "../../../support/orchestrator/metrics/promtool";
import { server, sources } from "../../../support/orchestrator/metrics/sources";
import { config } from "../../../support/orchestrator/security/requests";

/** Series of an exposition: `name{labels}` -> number. */
const seriesOf = (text: string): Record<string, number> =>
  Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"))
      .map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  );

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

describe("metrics: exposition", () => {
  const expose = (changes = {}): Exposition => {
    const registry = new Registry();
    const calls = new CallMetrics(registry);
    calls.call("files", "tools/call", "read", "ok", 0.01);
    calls.sessionOpened("files", false, 0.1);
    calls.sessionEnded("files", "idle");
    calls.refused("invalid");
    return new Exposition(registry, sources(changes));
  };

  it("tells of servers, sessions, containers, engine, certificates, audit log and process", async () => {
    const series = seriesOf(await expose().text());
    const expected = {
      'dind_mcp_server_info{server="files",version="1.2.3",transport="stdio",managed_by="pulumi",image="sha256:abc"}': 1,
      'dind_mcp_server_up{server="files"}': 1,
      'dind_mcp_server_healthy{server="files"}': 1,
      'dind_mcp_server_up{server="http"}': 1,
      'dind_mcp_server_healthy{server="http"}': 0,
      'dind_mcp_server_up{server="postgres"}': 0,
      'dind_mcp_server_restarts_total{server="files"}': 2,
      'dind_mcp_server_oom_kills_total{server="files"}': 1,
      'dind_mcp_sessions{server="files"}': 3,
      'dind_mcp_sessions_limit{server="files"}': 8,
      'dind_mcp_connections{server="files"}': 4,
      'dind_mcp_idle_connections{server="files"}': 1,
      'dind_mcp_requests_in_flight{server="files"}': 2,
      dind_mcp_aggregate_sessions: 2,
      'dind_mcp_container_cpu_seconds_total{container="mcp-files",server="files"}': 1.5,
      'dind_mcp_container_memory_bytes{container="mcp-files",server="files"}': 100,
      'dind_mcp_container_memory_limit_bytes{container="mcp-egress",server=""}': 20,
      'dind_mcp_container_processes{container="mcp-files",server="files"}': 5,
      'dind_mcp_container_network_received_bytes_total{container="mcp-files",server="files"}': 7,
      'dind_mcp_container_network_sent_bytes_total{container="mcp-files",server="files"}': 8,
      dind_mcp_engine_up: 1,
      'dind_mcp_engine_info{version="26.1.5",api_version="1.45",os="Debian GNU/Linux 13",kernel="6.12"}': 1,
      'dind_mcp_engine_containers{state="running"}': 5,
      'dind_mcp_engine_disk_bytes{type="build_cache"}': 5,
      'dind_mcp_certificate_expiry_timestamp_seconds{certificate="server"}': 1_827_053_282,
      dind_mcp_audit_dropped_total: 3,
      dind_mcp_audit_healthy: 1,
      [`dind_mcp_build_info{version="0.1.0",stack="dind-mcp/test",node="${process.version}"}`]: 1,
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(series[name], value, name);
    assert.ok((series.process_resident_memory_bytes ?? 0) > 1e7);
    assert.ok((series.process_open_fds ?? 0) > 3);
  });
  it("is clean for promtool check metrics, with the engine up and down", async () => {
    const text = await expose().text();
    assert.deepEqual(promtool(["check", "metrics"], text), { code: 0, said: "" });
    const down = await expose({ engine: { info: () => Promise.reject(new Error("gone")) } }).text();
    assert.deepEqual(promtool(["check", "metrics"], down), { code: 0, said: "" });
    assert.notEqual(
      promtool(["check", "metrics"], text.replaceAll("_seconds_total", "_minutes")).code,
      0,
      "it does check",
    );
  }).timeout(120_000);
  it("does not show what is gone, and counts on from scrape to scrape", async () => {
    const list = [server("files"), server("http")];
    const exposition = expose({ servers: { list: () => list } });
    assert.equal(seriesOf(await exposition.text())['dind_mcp_server_restarts_total{server="http"}'], 2);
    list.pop();
    const series = seriesOf(await exposition.text());
    assert.equal(series['dind_mcp_server_restarts_total{server="files"}'], 2);
    assert.ok(!Object.keys(series).some((name) => name.includes('server="http"')));
  });
  it("says that the engine is down when it answers with an error or not at all, and gives the rest", async () => {
    const silent = expose({ engine: { info: () => new Promise(() => {}) } });
    const begun = performance.now();
    const [series, same] = (await Promise.all([silent.text(), silent.text()])).map(seriesOf);
    assert.ok(performance.now() - begun < 5_000);
    assert.deepEqual([series?.dind_mcp_engine_up, series?.['dind_mcp_server_up{server="files"}']], [0, 1]);
    assert.deepEqual(series, same);
    assert.ok(!Object.keys(series ?? {}).some((name) => name.startsWith("dind_mcp_engine_info")));
  });
});

describe("metrics: port", () => {
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  const tokens = [
    { name: "prometheus", scopes: ["read" as const], sha256: sha256("reader") },
    { name: "client", scopes: ["mcp" as const], sha256: sha256("client") },
  ];
  const all = config();
  const exposition = { text: async () => "up 1\n", contentType: "text/plain" };
  const metrics = new MetricsServer({
    guard: new AccessGuard({ config: all, tokens }),
    limits: all.limits,
    exposition,
  });
  let port: number;
  before(async () => {
    port = await metrics.listen(0, "127.0.0.1");
  });
  after(() => metrics.close());

  const ask = (
    path: string,
    headers: Record<string, string> = {},
    method = "GET",
  ): Promise<{ status?: number; body: string }> =>
    new Promise((resolve, reject) => {
      const authorization = { Authorization: "Bearer reader" };
      const asked = httpRequest({ port, path, method, headers: { ...authorization, ...headers } }, async (response) => {
        let body = "";
        for await (const chunk of response) body += chunk;
        resolve({ status: response.statusCode, body });
      });
      asked.on("error", reject).end();
    });

  it("gives the metrics to a token with the scope read", async () => {
    assert.deepEqual(await ask("/metrics"), { status: 200, body: "up 1\n" });
    assert.deepEqual(await ask("/metrics", {}, "HEAD"), { status: 200, body: "" });
  });
  const refusals: [string, Parameters<typeof ask>, number][] = [
    ["no token", ["/metrics", { Authorization: "" }], 400],
    ["a wrong token", ["/metrics", { Authorization: "Bearer wrong" }], 401],
    ["a token of another scope", ["/metrics", { Authorization: "Bearer client" }], 403],
    ["a token in the URL", ["/metrics?token=reader"], 400],
    ["a forged Host", ["/metrics", { Host: "evil.example.com" }], 403],
    ["a forged Origin", ["/metrics", { Origin: "http://evil.example.com" }], 403],
    ["another path", ["/"], 404],
    ["a path that only begins like it", ["/metrics/../etc"], 404],
    ["another method", ["/metrics", {}, "POST"], 405],
    ["headers without end", ["/metrics", { "X-Long": "x".repeat(17_000) }], 431],
  ];
  for (const [what, args, status] of refusals) {
    it(`refuses ${what}: ${status}`, async () => {
      const answer = await ask(...args);
      assert.equal(answer.status, status);
      assert.doesNotMatch(answer.body, /up 1/);
    });
  }
  it("answers a scrape that fails with 500, and does not fall over", async () => {
    const broken = new MetricsServer({
      guard: new AccessGuard({ config: all, tokens }),
      limits: all.limits,
      exposition: { ...exposition, text: () => Promise.reject(new Error("secret detail")) },
    });
    const at = await broken.listen(0, "127.0.0.1");
    const answer = await fetch(`http://127.0.0.1:${at}/metrics`, { headers: { Authorization: "Bearer reader" } });
    assert.equal(answer.status, 500);
    assert.doesNotMatch(await answer.text(), /secret detail/);
    await broken.close();
  });
});
