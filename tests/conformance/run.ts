/**
 * The official conformance suite against any MCP server over HTTP, one line a scenario.
 *
 *   npx ts-node --transpile-only tests/conformance/run.ts --url URL [--token T] [--requirements 2025-11-25|2026-07-28] [--scenario X]
 *
 * Without --requirements both sets run. The exit code tells of the scored scenarios.
 */
import { parseArgs } from "node:util";
import { forwardWithToken } from "./forwarder";
import { REVISIONS, type Revision, SCORED } from "./scenarios";
import { describeFailures, passed, runSuite } from "./suite";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: "string" },
      token: { type: "string" },
      requirements: { type: "string" },
      scenario: { type: "string" },
    },
  });
  const { url, token, requirements, scenario } = values;
  if (!url)
    throw new Error("--url: got nothing, expected the server's URL, like http://127.0.0.1:18080/servers/NAME/mcp");
  const revisions = requirements === undefined ? [...REVISIONS] : REVISIONS.filter((known) => known === requirements);
  if (revisions.length === 0)
    throw new Error(`--requirements: got ${requirements}, expected ${REVISIONS.join(" or ")}`);

  const forwarder = token === undefined ? undefined : await forwardWithToken(url, token);
  try {
    for (const revision of revisions) await report(forwarder?.url ?? url, revision, scenario);
  } finally {
    await forwarder?.close();
  }
}

async function report(url: string, revision: Revision, scenario?: string): Promise<void> {
  const outcomes = await runSuite(url, revision, scenario);
  const wanted = scenario ? [scenario] : SCORED[revision];
  let good = 0;
  for (const name of wanted) {
    const outcome = outcomes.find((each) => each.scenario === name);
    const ok = outcome !== undefined && passed(outcome);
    if (ok) good++;
    console.log(
      `${ok ? "ok    " : "FAILED"} ${revision} ${name}${ok ? "" : `\n${outcome ? describeFailures(outcome) : "  did not run"}`}`,
    );
  }
  const others = outcomes.filter((outcome) => !wanted.includes(outcome.scenario));
  const bad = others.filter((outcome) => !passed(outcome)).map((outcome) => outcome.scenario);
  console.log(
    `${revision}: ${good} of ${wanted.length} passed; not scored: ${others.length - bad.length} of ${others.length} passed${bad.length > 0 ? `, not ${bad.join(", ")}` : ""}`,
  );
  if (good < wanted.length) process.exitCode = 1;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 2;
});
