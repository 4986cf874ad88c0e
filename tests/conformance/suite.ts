import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../support/fleet/command";
import type { Revision } from "./scenarios";

const PROGRAM = join(__dirname, "../../node_modules/@modelcontextprotocol/conformance/dist/index.js");

interface Check {
  id: string;
  description: string;
  status: "SUCCESS" | "FAILURE" | "WARNING" | "SKIPPED" | "INFO";
  errorMessage?: string;
  details?: unknown;
}

/** What became of one scenario. */
export interface Outcome {
  scenario: string;
  checks: number;
  /** The suite counts a warning as a failure too. */
  failed: Check[];
}

/**
 * Runs the official suite against a server at `url`: a whole requirement set, or one scenario at a set's revision.
 * @throws Error when the suite gave no result at all
 */
export async function runSuite(url: string, revision: Revision, scenario?: string): Promise<Outcome[]> {
  const folder = await mkdtemp(join(tmpdir(), "mcp-conformance-"));
  try {
    const what = scenario ? ["--scenario", scenario, "--spec-version", revision] : ["--requirements", revision];
    const result = await run(process.execPath, [PROGRAM, "server", "--url", url, "-o", folder, ...what], {
      timeout: 300_000,
    });
    const outcomes = await Promise.all((await readdir(folder)).map((name) => read(folder, name)));
    if (outcomes.length === 0) throw new Error(`the suite gave no result:\n${result.stdout}${result.stderr}`);
    return outcomes.sort((a, b) => a.scenario.localeCompare(b.scenario));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A result's folder is `server-SCENARIO-TIME`. */
async function read(folder: string, name: string): Promise<Outcome> {
  const scenario = name.replace(/^server-/, "").replace(/-\d{4}-\d{2}-\d{2}T[\d-]+Z$/, "");
  // A scenario that threw has written none.
  const text = await readFile(join(folder, name, "checks.json"), "utf8").catch(() => "[]");
  const checks = JSON.parse(text) as Check[];
  return {
    scenario,
    checks: checks.filter(({ status }) => status !== "INFO" && status !== "SKIPPED").length,
    failed: checks.filter(({ status }) => status === "FAILURE" || status === "WARNING"),
  };
}

/** A scenario passed when something was checked and nothing failed. */
export function passed({ checks, failed }: Outcome): boolean {
  return checks > 0 && failed.length === 0;
}

/** What failed, one line a check. */
export function describeFailures({ failed, checks }: Outcome): string {
  if (checks === 0) return "  nothing was checked";
  return failed.map((check) => `  ${check.status} ${check.id}: ${check.errorMessage ?? check.description}`).join("\n");
}
