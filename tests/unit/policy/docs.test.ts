import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { policies } from "../../../policy/pack";

const ROOT = join(__dirname, "../../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

interface Job {
  script?: string[];
  steps?: { run?: string; uses?: string }[];
}

describe("the policy pack's surroundings", () => {
  it("has one file a policy with its test, named by its id, and all of them in the pack", () => {
    const ids = policies.map(({ about }) => about.id).sort();
    for (const [folder, end] of [
      ["policy/policies", ".ts"],
      ["tests/unit/policy/policies", ".test.ts"],
    ] as const) {
      assert.deepEqual(
        readdirSync(join(ROOT, folder)).sort(),
        ids.map((id) => id + end),
      );
    }
  });

  it("has example configs that name policies and settings it has", () => {
    for (const file of readdirSync(join(ROOT, "policy/config"))) {
      for (const [id, value] of Object.entries(parse(read(`policy/config/${file}`)) as Record<string, unknown>)) {
        const policy = policies.find(({ about }) => about.id === id);
        assert.ok(id === "all" || policy, `${file}: ${id}`);
        const settings = typeof value === "object" ? Object.keys(value ?? {}) : [];
        const known = ["enforcementLevel", ...Object.keys(policy?.settings ?? {})];
        for (const setting of settings) assert.ok(known.includes(setting), `${file}: ${id}.${setting}`);
      }
    }
  });

  it("has examples for CI that preview with the pack on a pull request", () => {
    const github = parse(read("examples/ci/github-actions.yml")) as { on: object; jobs: Record<string, Job> };
    assert.ok("pull_request" in github.on);
    const steps = Object.values(github.jobs).flatMap(({ steps = [] }) => steps);
    const gitlab = parse(read("examples/ci/gitlab-ci.yml")) as Record<string, Job>;
    const lines = [
      steps.flatMap(({ run }) => run ?? []),
      Object.values(gitlab).flatMap((job) => (Array.isArray(job.script) ? job.script : [])),
    ];
    for (const commands of lines) {
      assert.ok(
        commands.some((line) => /^bin\/dind-mcp preview .*--policy-pack policy$/.test(line)),
        commands.join("\n"),
      );
    }
    assert.match(JSON.stringify(gitlab), /merge_request_event/);
  });
});
