/** Every test, in groups that run side by side: `npm test`. HELP says more. */
import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join, relative } from "node:path";
import { type Group, groups } from "./groups";
import { engineImage } from "./support/fleet/engine-image";
import {
  closingLine,
  type Failure,
  type FileTotals,
  type Message,
  sum,
  type Totals,
  totalsIn,
} from "./support/mocha/totals";

const ROOT = join(__dirname, "..");
/** Groups at a time: on two cores most of what they do is wait. */
const AT_ONCE = 3;
/**
 * Milliseconds for a group's process to end once all of its tests and hooks are through. Node 24.21 may spin for ever while
 * it closes its handles (uv_run in node::Environment::CleanupHandles; seen twice, after a whole group).
 */
const EXIT_MS = 60_000;
/**
 * Files with a failed test that run a second time, alone, once all else is over: three groups at a time on two cores have met
 * limits of time that nothing else meets. What failed stays in the report, by name. More files than this have one cause.
 */
const SECOND_TRIES = 4;
/** What runs only when asked for: a folder here with a run.sh. */
const TABLES = globSync("*/run.sh", { cwd: __dirname }).map(dirname).sort();

const HELP = `Usage: bin/dind-mcp test [--with NAME]... [-- [FILE...] [mocha's options]]

Runs all tests, or FILEs alone (paths or globs that end in .test.ts). Groups of files run side by side; the report of each is
printed when it is over. Up to four files with a failed test run once more at the end, alone: what failed is told either way,
and counts when it fails again. The last line is "N passed, N failed" over all of them. Exit code 1:
something failed.

  bin/dind-mcp test -- --grep "the engine"
  bin/dind-mcp test -- tests/integration/engine/engine.test.ts

--with NAME runs tests/NAME/run.sh after the rest, which takes long and is not part of it:
${TABLES.map((name) => `  ${name.padEnd(14)}${about(name)}`).join("\n")}
`;

/** The sentence at the head of a run.sh. */
function about(name: string): string {
  const [, text = ""] = /^# run\.sh.*?: (.*)$/m.exec(readFileSync(join(__dirname, name, "run.sh"), "utf8")) ?? [];
  return text;
}

interface Asked {
  tables: string[];
  files: string[];
  /** For mocha. */
  options: string[];
}

/** @throws Error for a NAME that is none, or a FILE that is not there */
function parse(args: string[]): Asked {
  const asked: Asked = { tables: [], files: [], options: [] };
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === "--with") {
      const name = args[++at] ?? "nothing";
      if (!TABLES.includes(name)) throw new Error(`--with: got ${name}, expected one of ${TABLES.join(", ")}`);
      asked.tables.push(name);
    } else if (arg.endsWith(".test.ts")) {
      const files = globSync(arg, { cwd: ROOT });
      if (files.length === 0) throw new Error(`${arg}: got no such file, expected a path from the project's root`);
      asked.files.push(...files.map((file) => relative(__dirname, join(ROOT, file))));
    } else if (arg !== "--") asked.options.push(arg);
  }
  return asked;
}

const begun = Date.now();
const say = (text: string): void => console.log(`[${Math.round((Date.now() - begun) / 1000)} s] ${text}`);
/** What the processors did since the machine started, in milliseconds. */
function processorTime(): { busy: number; all: number } {
  const times = cpus().map(({ times: { idle, ...busy } }) => ({ idle, busy: Object.values(busy) }));
  const busy = times.flatMap((one) => one.busy).reduce((sum, ms) => sum + ms, 0);
  return { busy, all: times.reduce((sum, { idle }) => sum + idle, busy) };
}

const atFirst = processorTime();
const children = new Set<ChildProcess>();
const failures: Failure[] = [];
const failedFiles: FileTotals[] = [];

function start(program: string, args: string[], stdio: StdioOptions): { child: ChildProcess; ended: Promise<boolean> } {
  const child = spawn(program, args, { cwd: ROOT, stdio });
  children.add(child);
  const ended = new Promise<boolean>((resolve) => child.once("close", (code) => resolve(code === 0)));
  return { child, ended: ended.finally(() => children.delete(child)) };
}

/** What broke without a word of a failed test counts as one. */
function counted(totals: Totals, good: boolean): Totals {
  return good || totals.failed > 0 ? totals : { ...totals, failed: 1 };
}

/** @param live shows its report as it comes, not when it is over */
async function runGroup({ name, files, options = [] }: Group, more: string[], live: boolean): Promise<Totals> {
  const mocha = join(ROOT, "node_modules/mocha/bin/mocha.js");
  const paths = files.map((file) => relative(ROOT, join(__dirname, file)));
  const out = live ? "inherit" : "pipe";
  const args = [mocha, ...options, ...more, ...paths];
  const { child, ended } = start(process.execPath, args, ["ignore", out, out, "ipc"]);
  const report: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => report.push(chunk));
  let totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  let isStuck = false;
  let leaving: NodeJS.Timeout | undefined;
  child.on("message", (message: Message) => {
    if ("failure" in message) failures.push(message);
    else if ("file" in message) {
      if (message.failed > 0) failedFiles.push(message);
      if (!live) say(`${message.file}: ${closingLine(message)} (${message.seconds.toFixed(1)} s)`);
    } else {
      totals = message;
      leaving = setTimeout(() => {
        isStuck = true;
        say(`${name}: its process does not end by itself and is ended`);
        child.kill("SIGKILL");
      }, EXIT_MS);
    }
  });
  const good = await ended;
  clearTimeout(leaving);
  totals = counted(totals, good || isStuck);
  const ran = totals.passed + totals.failed + totals.skipped > 0; // with --grep, most groups have nothing to do
  if (ran && !live) console.log(`\n===== ${name} =====\n\n${Buffer.concat(report).toString().trim()}\n`);
  if (ran) say(`${name}: ${closingLine(totals)}`);
  return totals;
}

/** Tells what failed, and runs those files again. @returns the totals with the second time's in the place of the first's */
async function again(totals: Totals[], options: string[]): Promise<Totals[]> {
  const files = failedFiles.splice(0);
  tellFailures("failed");
  if (files.length === 0 || files.length > SECOND_TRIES) return totals;
  const seconds: Totals[] = [];
  for (const { file } of files) {
    say(`${file}: a second try, alone`);
    const [group] = groups(__dirname, [relative(__dirname, join(ROOT, file))]);
    if (group) seconds.push({ ...(await runGroup(group, options, true)), skipped: 0 });
  }
  tellFailures("failed again");
  return [sum([...totals, ...seconds], files)];
}

function tellFailures(what: string): void {
  if (failures.length === 0) return;
  const lines = failures.splice(0).map(({ file, failure, error }) => `${file}: ${failure}\n${error}\n`);
  console.log(`\n===== ${what} =====\n\n${lines.join("\n")}`);
}

async function runTable(name: string): Promise<Totals> {
  const { child, ended } = start("bash", [join(__dirname, name, "run.sh")], ["ignore", "pipe", "inherit"]);
  let report = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    report += chunk;
    process.stdout.write(chunk);
  });
  const good = await ended;
  return counted(totalsIn(report), good);
}

async function main(args: string[]): Promise<void> {
  if (args.includes("--help") || args.includes("-h")) return console.log(HELP);
  const { tables, files, options } = parse(args);
  process.on("SIGINT", () => {}); // a terminal tells the groups as well: they end, and are waited for
  process.on("SIGTERM", () => {
    for (const child of children) child.kill();
  });
  const waiting = groups(__dirname, files);
  const live = waiting.length === 1;
  const image = files.length + options.length === 0 ? engineImage() : undefined;
  let all: Totals[] = [];
  const work = async (): Promise<void> => {
    for (let group = waiting.shift(); group; group = waiting.shift()) {
      if (group.engine) await image?.ready;
      all.push(await runGroup(group, options, live));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (!live) all = await again(all, options);
  const { busy, all: had } = processorTime();
  // Little: more groups at a time would be faster; nearly all: less work would.
  say(`the processors were busy for ${Math.round((100 * (busy - atFirst.busy)) / (had - atFirst.all))} % of that`);
  await image?.remove();
  for (const name of tables) all.push(await runTable(name));
  const total = sum(all);
  if (total.passed + total.failed === 0) console.error("error: no test was asked for by that");
  console.log(closingLine(total));
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 2;
});
