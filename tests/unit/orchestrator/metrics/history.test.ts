import assert from "node:assert/strict";
import { Registry } from "prom-client";
import { AuditResult } from "../../../../api/audit-result";
import { CallMetrics } from "../../../../orchestrator/metrics/call-metrics";
import { History } from "../../../../orchestrator/metrics/history";
import type { ContainerUsage } from "../../../../orchestrator/servers/docker/stats";

const MINUTE = 60_000;
const BEGIN = Date.parse("2026-11-30T08:00:00Z");

describe("the history of an hour", () => {
  let metrics: CallMetrics;
  let usage: ContainerUsage[];
  let history: History;
  let minute: number;
  beforeEach(() => {
    metrics = new CallMetrics(new Registry());
    usage = [];
    minute = 0;
    history = new History({ totals: () => metrics.totals(), usage: () => usage });
  });

  const look = () => history.look(BEGIN + ++minute * MINUTE);
  const call = (result: AuditResult = AuditResult.Ok, seconds = 0.02) =>
    metrics.call("files", "tools/call", "read", result, seconds);
  const uses = (cpuSeconds: number, memory = 1_000): ContainerUsage => ({
    ...{ container: "mcp-files", server: "files", time: BEGIN + minute * MINUTE, cpuSeconds, memory },
    ...{ heldMemory: 0, memoryLimit: 0, pids: 1, received: 0, sent: 0, throttledSeconds: 0, throttledShare: 0 },
  });
  const last = () => history.of("files").at(-1);

  it("counts each minute's calls alone, and the errors among them", async () => {
    call();
    call(AuditResult.ToolError);
    await look();
    assert.deepEqual([last()?.time, last()?.calls, last()?.errors], ["2026-11-30T08:01:00.000Z", 2, 1]);
    for (const result of [AuditResult.Ok, AuditResult.Cancelled, AuditResult.Timeout, AuditResult.Denied]) call(result);
    await look();
    assert.deepEqual([last()?.calls, last()?.errors], [4, 2]);
    usage = [uses(1)];
    await look();
    assert.deepEqual([last()?.calls, last()?.errors, last()?.p95], [0, 0, undefined]);
  });

  it("says within which time 95 % of the calls ended", async () => {
    for (let count = 0; count < 96; count++) call(AuditResult.Ok, 0.002);
    for (let count = 0; count < 4; count++) call(AuditResult.Ok, 3);
    await look();
    assert.equal(last()?.p95, 0.0025);
    for (let count = 0; count < 10; count++) call(AuditResult.Ok, 500);
    await look();
    assert.equal(last()?.p95, 60, "of the slowest only the last bucket's end is known");
  });

  it("says how much of the processors and of memory was used, and nothing over a restart", async () => {
    usage = [uses(10)];
    await look();
    assert.deepEqual([last()?.cpu, last()?.memory], [undefined, 1_000]);
    usage = [uses(40, 2_000)];
    await look();
    assert.deepEqual([last()?.cpu, last()?.memory], [0.5, 2_000]);
    usage = [uses(1)];
    await look();
    assert.equal(last()?.cpu, undefined);
  });

  it("keeps an hour, and forgets what is gone", async () => {
    call();
    usage = [uses(1)];
    for (let count = 0; count < 65; count++) await look();
    assert.equal(history.of("files").length, 60);
    assert.equal(history.of("files")[0]?.time, "2026-11-30T08:06:00.000Z");
    usage = [];
    for (let count = 0; count < 60; count++) await look();
    assert.deepEqual(history.of("files"), []);
  });
});
