import { setTimeout as sleep } from "node:timers/promises";
import { paths } from "../../api/paths";
import type { Outputs } from "../../stack/outputs";
import { CliError, ExitCode } from "../errors";

/** The orchestrator looks at its tokens every second. */
const PATIENCE_MS = 30_000;
const EVERY_MS = 500;
const ANSWER_MS = 5_000;

/**
 * Waits until the gateway knows tokens by their new values. It takes all new values and drops all old ones at once.
 * @throws CliError when it does not within half a minute
 */
export async function tokensTaken({ endpoints, tokens }: Outputs, names: string[]): Promise<void> {
  const began = Date.now();
  for (const name of names) {
    for (let problem: string | undefined; ; await sleep(EVERY_MS)) {
      problem = await refusal(endpoints.api + paths.servers, tokens[name] ?? "");
      if (problem === undefined) break;
      if (Date.now() - began < PATIENCE_MS) continue;
      const text = `the gateway does not take the new value of the token ${name}: ${problem}`;
      throw new CliError(text, ExitCode.Failed, "bin/dind-mcp up");
    }
  }
}

/** Asks once. A token without the right scope is known all the same (403). */
async function refusal(url: string, token: string): Promise<string | undefined> {
  try {
    const headers = { Authorization: `Bearer ${token}` };
    const { status, body } = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWER_MS) });
    await body?.cancel();
    return status === 401 ? "it is refused" : undefined;
  } catch {
    return "the gateway does not answer"; // an error of fetch might show the token
  }
}
