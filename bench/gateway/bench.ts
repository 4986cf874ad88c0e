/**
 * How fast the gateway is, side by side with its peers and with a server that answers by itself. See README.md.
 *
 *   npm run bench:gateway -- [--rounds N] [--calls N] [--short] [--write-docs] [--also NAME=URL[#PID]]... [--reference FILE]
 *   npm run bench:gateway -- --url URL --token T [--tool NAME] [--pid PID]     a gateway that runs already
 *
 * All it made is removed in the end, also on Ctrl-C.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { withPart } from "../../lib/marked-part";
import type { TestStack } from "../../tests/support/fleet/stack";
import { machine } from "../stack/machine";
import { remove } from "../stack/remove";
import type { Contender } from "./contender";
import type { Results } from "./figures";
import type { Load } from "./load";
import { build, type Programs, startBare, startPeers, stopAll } from "./local";
import { IDLE_SESSIONS, OURS, type Ours, startOurs, WARM, ways } from "./ours";
import { page, report } from "./print";
import { shares, takeProfile } from "./profile";
import { runDirect, runLoad, runReference } from "./run-load";
import { idleMemory, listTimes, openTimes, startTimes } from "./sessions";
import { type Size, sizeRound } from "./sizes";

const CLIENTS = [1, 16];
const BUNDLE = join(__dirname, "../../images/orchestrator/app/main.js");

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string" },
    calls: { type: "string" },
    short: { type: "boolean", default: false },
    "write-docs": { type: "boolean", default: false },
    also: { type: "string", multiple: true, default: [] },
    reference: { type: "string", default: join(__dirname, "../../../shared/bench/mcp-load.mjs") },
    url: { type: "string" },
    token: { type: "string" },
    tool: { type: "string" },
    pid: { type: "string" },
  },
});
const ROUNDS = Number(options.rounds ?? (options.short ? 1 : 5));
const CALLS = Number(options.calls ?? (options.short ? 600 : 4_000));
const PAGE = join(__dirname, "README.md");
const results: Results = { loads: new Map(), sizes: new Map(), tools: { own: [], reference: [] }, direct: [] };
const folder = mkdtempSync(join(tmpdir(), "mcp-bench-"));
const stacks: TestStack[] = [];

function note(text: string): void {
  console.error(`bench: ${text}`);
}

/** Fewer calls for one client: each takes its time then. */
function callsFor(clients: number): number {
  return clients === 1 ? Math.ceil(CALLS / 2) : CALLS;
}

async function measure(programs: Programs, contender: Contender, clients: number): Promise<void> {
  const load = await runLoad(programs.load, contender, clients, callsFor(clients));
  const by = results.loads.get(contender.name) ?? new Map();
  results.loads.set(contender.name, by.set(clients, [...(by.get(clients) ?? []), load]));
  note(
    `${contender.name.padEnd(18)} ${String(clients).padStart(2)} clients: ${load.rps} calls/s, p50 ${load.p50}, p99 ${load.p99} ms`,
  );
}

/** Contenders take turns, and who begins changes with each round. */
async function rounds(programs: Programs, contenders: Contender[]): Promise<void> {
  for (const contender of [...contenders]) {
    // Warm: compiled, connected. What does not work at all is left out, and its aims are not measured.
    await runLoad(programs.load, contender, 16, 2_000).catch((error: Error) => {
      note(error.message);
      contenders.splice(contenders.indexOf(contender), 1);
    });
  }
  for (let round = 0; round < ROUNDS; round++) {
    note(`round ${round + 1} of ${ROUNDS}`);
    const order = contenders.map((_, index) => contenders[(index + round) % contenders.length] as Contender);
    for (const clients of CLIENTS) for (const contender of order) await measure(programs, contender, clients);
    await sizeRound(
      order.filter(sized),
      CALLS,
      (one, size, calls) => measureSize(programs, one, size, calls),
      results.sizes,
    );
    const [ours] = contenders;
    if (ours && existsSync(options.reference)) await compareTools(programs, ours, round % 2 === 0);
  }
}

/** Those that differ by the size of a result: not the ways to one gateway among each other. */
const sized = ({ name }: Contender): boolean => !name.startsWith(`${OURS},`);

/** Another gateway's own server may not know `bytes`, or the gateway so large a result: then it has no figure. */
async function measureSize(
  programs: Programs,
  contender: Contender,
  size: Size,
  calls: number,
): Promise<Load | undefined> {
  try {
    return await runLoad(programs.load, contender, size.clients, calls, size.bytes);
  } catch (error) {
    note(`results of ${size.name}: ${(error as Error).message}`);
    return undefined;
  }
}

/** A gateway that runs already, in front of a server like echo.c, as `NAME=URL`, or `NAME=URL#PID` for its processor time. */
function other(text: string): Contender {
  const [, name = "", url = "", pid] = /^([^=]+)=(https?:[^#]+)(?:#(\d+))?$/.exec(text) ?? [];
  if (!name) throw new Error(`--also: got ${text}, expected NAME=URL or NAME=URL#PID`);
  return { name, target: { url }, pid: pid === undefined ? undefined : Number(pid) };
}

/** The same load by both tools. */
async function compareTools(programs: Programs, ours: Contender, ownFirst: boolean): Promise<void> {
  const own = async () => void results.tools.own.push(await runLoad(programs.load, ours, 16, callsFor(16)));
  const reference = async () =>
    void results.tools.reference.push(await runReference(options.reference, ours, 16, callsFor(16)));
  for (const run of ownFirst ? [own, reference] : [reference, own]) await run();
}

/** What only a stack of the bench's own can show. */
async function special(programs: Programs, ours: Ours): Promise<void> {
  const { passThrough, aggregate } = ways(ours);
  note("tools/list over all servers");
  results.list = await listTimes(aggregate.target, 50).catch((error: Error) => {
    note(error.message);
    return undefined;
  });
  note("opening sessions");
  const warm = { ...passThrough.target, url: passThrough.target.url.replace(/[^/]+\/mcp$/, `${WARM}/mcp`) };
  results.sessions = {
    warm: (await openTimes(warm, 40, 100)).slice(5),
    cold: (await openTimes(passThrough.target, 40, 20)).slice(5),
    start: (await startTimes(programs.echo, 40)).slice(5),
  };
  if (ours.pid === undefined) return note("the gateway's process is not on this machine: no memory, no profile");
  for (let round = 0; round < 3; round++) {
    results.direct.push(await runDirect(programs.load, ours.pid, ours.directUrl, passThrough, 16, callsFor(16)));
  }
  note(`${IDLE_SESSIONS} idle sessions`);
  results.memory = await idleMemory(passThrough.target, ours.pid, IDLE_SESSIONS);
  results.processes = ours.processes;
  note("profiling");
  const load = runLoad(programs.load, passThrough, 16, 20_000);
  const profile = await takeProfile(ours.pid, programs.inspect, 4).catch((error: Error) =>
    note(`no profile: ${error.message}`),
  );
  await load;
  if (profile) results.shares = shares(profile, BUNDLE);
}

async function bench(): Promise<void> {
  note(JSON.stringify(await machine()));
  const programs = build(folder);
  const others = options.also.map(other);
  const local = [...(await startPeers(programs.echo)), ...others, await startBare(programs.bare)];
  const { url, token, tool, pid } = options;
  if (url !== undefined) {
    const given = { name: OURS, target: { url, token }, tool, pid: pid === undefined ? undefined : Number(pid) };
    await rounds(programs, [given, ...local]);
  } else {
    note("bringing up a stack with 50 servers, which takes a minute or two");
    const ours = await startOurs(programs.echo, (stack) => stacks.push(stack));
    const { passThrough, unproxied, aggregate } = ways(ours);
    await rounds(programs, [passThrough, unproxied, aggregate, ...local]);
    if (!options.short) await special(programs, ours);
  }
  console.log(report(results));
  if (options["write-docs"]) {
    const { cores, processor } = await machine();
    const text = page(results, `${cores} cores of ${processor}`, new Date().toISOString().slice(0, 10));
    writeFileSync(PAGE, withPart(readFileSync(PAGE, "utf8"), "last run", text));
  }
}

async function cleanUp(): Promise<void> {
  stopAll();
  for (const stack of stacks) await remove(stack).catch((error: Error) => note(error.message));
  rmSync(folder, { recursive: true, force: true });
}

async function main(): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      note(`${signal}: removing what was made`);
      void cleanUp().finally(() => process.exit(130));
    });
  }
  try {
    await bench();
  } catch (error) {
    note(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  } finally {
    await cleanUp();
  }
}

void main();
