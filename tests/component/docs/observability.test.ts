import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { parse } from "yaml";
import { LastResort } from "../../../orchestrator/last-resort";
import { CallMetrics } from "../../../orchestrator/metrics/call-metrics";
import { Exposition } from "../../../orchestrator/metrics/exposition";
import { promtool } from "../../support/orchestrator/metrics/promtool";
import { sources } from "../../support/orchestrator/metrics/sources";

const FOLDER = join(__dirname, "../../../docs/observability");
const read = (name: string): string => readFileSync(join(FOLDER, name), "utf8");

interface Panel {
  id: number;
  title: string;
  type: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: { refId: string; expr: string; datasource: { uid: string } }[];
}
interface Alert {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

describe("docs/observability", () => {
  /** Name to type, of everything that exists. */
  const types = new Map<string, string>();
  before(async () => {
    const registry = new Registry();
    new CallMetrics(registry);
    new LastResort(registry, { error: () => {} }, () => {});
    for (const [, name, type] of (await new Exposition(registry, sources()).text()).matchAll(
      /^# TYPE (\S+) (\S+)$/gm,
    )) {
      types.set(name as string, type as string);
    }
  });
  const dashboard = JSON.parse(read("dashboard.json")) as { panels: Panel[]; templating: { list: { name: string }[] } };
  const alerts = (parse(read("alerts.yml")) as { groups: { rules: Alert[] }[] }).groups.flatMap(({ rules }) => rules);
  const queries = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));

  const unknownIn = (text: string): string[] =>
    [...text.matchAll(/\b(?:dind_mcp|process|nodejs)_\w+/g)]
      .map(([name]) => name)
      .filter((name) => {
        const base = name.replace(/_(bucket|sum|count)$/, "");
        return !types.has(name) && types.get(base) !== "histogram";
      });

  it("README: every metric with its type, and no other", () => {
    const listed = [...read("README.md").matchAll(/^\| `(\w+)` +\| (\w+) /gm)].map(([, name, type]) => [name, type]);
    assert.deepEqual(listed.sort(), [...types].sort());
  });
  it("dashboard and alerts ask for metrics that exist", () => {
    assert.ok(types.size > 30 && queries.length > 30 && alerts.length > 10);
    for (const { title, expr } of queries) assert.deepEqual(unknownIn(expr), [], `panel ${title}`);
    for (const { alert, expr } of alerts) assert.deepEqual(unknownIn(expr), [], alert);
    assert.deepEqual(unknownIn("rate(dind_mcp_nothing_total[5m])"), ["dind_mcp_nothing_total"], "the check itself");
  });
  it("dashboard: queries are PromQL, whatever the variables", () => {
    const rules = queries.map(({ expr }, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll("$__rate_interval", "5m").replaceAll("$server", "files|http"),
    }));
    const folder = mkdtempSync(join(tmpdir(), "mcp-test-dashboard-"));
    try {
      const check = (groups: object): ReturnType<typeof promtool> => {
        writeFileSync(join(folder, "rules.yml"), JSON.stringify(groups));
        return promtool(["check", "rules", join(folder, "rules.yml")]);
      };
      const { code, said } = check({ groups: [{ name: "panels", rules }] });
      assert.equal(code, 0, said);
      assert.notEqual(check({ groups: [{ name: "panels", rules: [{ record: "x", expr: "sum(" }] }] }).code, 0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }).timeout(120_000);
  it("dashboard: as Grafana takes it: ids once, panels side by side, the data source a variable", () => {
    const ids = dashboard.panels.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(
      dashboard.templating.list.map(({ name }) => name),
      ["datasource", "server"],
    );
    const taken = new Set<string>();
    for (const { title, type, gridPos, targets = [] } of dashboard.panels) {
      assert.ok(["row", "stat", "timeseries", "state-timeline"].includes(type), type);
      assert.equal(type === "row", targets.length === 0, title);
      for (const { datasource } of targets) assert.equal(datasource.uid, `\${datasource}`, title);
      assert.ok(gridPos.x + gridPos.w <= 24, title);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.ok(!taken.has(`${x},${y}`), `${title} is over another panel`);
          taken.add(`${x},${y}`);
        }
      }
    }
  });
  it("alerts: checked and tested by promtool, each with severity and words", () => {
    const checked = promtool(["check", "rules", join(FOLDER, "alerts.yml")]);
    assert.equal(checked.code, 0, checked.said);
    const tested = promtool(["test", "rules", join(FOLDER, "alerts.test.yml")]);
    assert.equal(tested.code, 0, tested.said);
    for (const { alert, labels, annotations } of alerts) {
      assert.match(labels.severity, /^(critical|warning)$/, alert);
      assert.ok(annotations.summary && annotations.description, alert);
      assert.ok(read("alerts.test.yml").includes(`"${alert}"`), `${alert} has no test`);
    }
  }).timeout(120_000);
});
