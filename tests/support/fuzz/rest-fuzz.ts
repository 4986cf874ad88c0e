import { spawn } from "node:child_process";
import { join } from "node:path";
import { cached, pip } from "../clients/install";
import { Api } from "../orchestrator/rest/api";
import { Random } from "./random";

const VERSION = "4.32.5";
const CONFIG = join(__dirname, "../../fuzz/schemathesis.toml");
/** Milliseconds after which what requests stopped or removed is there again. */
const RENEW_MS = 200;
/** Milliseconds that a followed log lasts. */
const FOLLOW_MS = 100;

/** What schemathesis came to. */
export interface Outcome {
  /** True when it found nothing. */
  isGood: boolean;
  report: string;
  /** What the API's log says of faults of its own. */
  faults: object[];
}

/** Schemathesis, in an environment of its own in the cache. @throws Error when it cannot be installed */
export function installSchemathesis(): string {
  pip("schemathesis", `schemathesis==${VERSION}`);
  return cached("schemathesis", "bin/schemathesis");
}

/** Lets schemathesis make requests out of the OpenAPI description, right ones and wrong ones, and check each answer. */
export async function fuzzRest(program: string, seed: string, seconds: number): Promise<Outcome> {
  // It tries each operation without a token, and with a wrong one: more failures than a minute may have.
  const api = await Api.start({ limits: { failuresPerMinute: 1_000_000 } });
  api.fleet.followMs = FOLLOW_MS;
  const first = [...api.fleet.servers];
  const renew = setInterval(() => {
    for (const [name, server] of first) api.fleet.servers.set(name, server);
    api.fleet.openSession("s1");
  }, RENEW_MS);
  const args = [
    ...["--config-file", CONFIG, "run", `${api.url}/openapi.json`, "--no-color", "--warnings", "off"],
    ...["--header", `Authorization: Bearer ${api.token("all")}`, "--request-timeout", "20"],
    ...["--max-time", `${seconds}`, "--seed", `${new Random(seed, "rest").below(2 ** 31)}`],
    ...["--generation-database", "none", "--suppress-health-check", "all"],
  ];
  try {
    const { code, report } = await output(program, args);
    return { isGood: code === 0, report, faults: api.faults };
  } finally {
    clearInterval(renew);
    await api.stop();
  }
}

function output(program: string, args: string[]): Promise<{ code: number | null; report: string }> {
  return new Promise((resolve, reject) => {
    // It keeps notes of its runs where it runs.
    const child = spawn(program, args, { cwd: cached("schemathesis"), stdio: ["ignore", "pipe", "pipe"] });
    const report: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => report.push(chunk));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, report: Buffer.concat(report).toString() }));
  });
}
