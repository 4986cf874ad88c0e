/**
 * The gateway of this tree beside that of another commit: processor time a call, in turns of some hundred calls, so that a
 * noisy machine is noisy for both. Usage: npm run bench:against -- COMMIT [--rounds N] [--bytes N]...
 * With --bytes: only the loads with results of these sizes.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { buildSync } from "esbuild";
import { textTable } from "../../lib/text-table";
import { Connection } from "../gateway/mcp-http";
import { median } from "../stack/report";

const ROOT = join(__dirname, "../..");
const PROGRAMS = ["alone.ts", "echo.ts"];
/** Bytes of a result, clients at a time, calls of one turn. */
const LOADS: [number, number, number][] = [
  [5, 16, 800],
  [5, 1, 400],
  [1_000, 16, 800],
  [100_000, 16, 80],
  [1_000_000, 4, 12],
  [5_000_000, 4, 4],
];
/** Calls before anything is measured, at most: V8 compiles what runs often. */
const WARM_UP = 12_000;
/** Options of the orchestrator's image. */
const NODE = ["--max-old-space-size=224", "--max-semi-space-size=8"];
const TOKEN = randomBytes(16).toString("hex");

const running = new Set<ChildProcess>();

/** Starts a program. @returns the process, and the first line it prints */
function start(args: string[]): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, BENCH_TOKEN: TOKEN },
  });
  running.add(child);
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`${args.join(" ")} ended with ${code}`)));
    if (child.stdout) createInterface({ input: child.stdout }).once("line", (line) => resolve({ child, line }));
  });
}

function stopAll(): void {
  for (const child of running) child.removeAllListeners("exit").kill();
  running.clear();
}

/** Microseconds of processor time that all threads of a process have used. */
function cpuMicros(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const used = threads.map((id) => Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, "utf8").split(" ")[0]));
  return used.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1_000;
}

/** The programs of a tree, bundled. */
function build(tree: string, folder: string): void {
  buildSync({
    entryPoints: PROGRAMS.map((file) => join(tree, "bench/against", file)),
    outdir: folder,
    bundle: true,
    platform: "node",
    target: "node22",
    logLevel: "error",
    external: ["@opentelemetry/exporter-trace-otlp-http", "@opentelemetry/sdk-trace", "@opentelemetry/resources"],
  });
}

/** Another commit's tree, with this one's packages and programs. */
function checkOut(commit: string, folder: string): string {
  const tree = join(folder, "tree");
  execFileSync("git", ["-C", ROOT, "worktree", "add", "--quiet", "--detach", tree, commit], { stdio: "inherit" });
  for (const modules of ["node_modules", "orchestrator/node_modules"])
    symlinkSync(join(ROOT, modules), join(tree, modules));
  mkdirSync(join(tree, "bench/against"), { recursive: true });
  for (const file of PROGRAMS) copyFileSync(join(__dirname, file), join(tree, "bench/against", file));
  return tree;
}

/** One gateway under one load. */
class Side {
  readonly micros: number[] = [];
  #connection: Connection | undefined;
  #sessions: string[] = [];
  #pid = 0;

  constructor(
    readonly name: string,
    private readonly folder: string,
  ) {}

  async open(socket: string, clients: number): Promise<void> {
    const state = mkdtempSync(join(this.folder, "state-"));
    const { child, line } = await start([...NODE, join(this.folder, "alone.js"), socket, state]);
    this.#pid = child.pid as number;
    const url = `http://127.0.0.1:${line}/servers/echo/mcp`;
    this.#connection = new Connection({ url, token: TOKEN }, clients);
    for (let n = 0; n < clients; n++) this.#sessions.push(await this.#connection.open());
  }

  /** Each client sends its next call when it has the answer to the last. */
  async call(calls: number): Promise<void> {
    let left = calls;
    const params = { name: "echo", arguments: { text: "hello" } };
    const client = async (session: string): Promise<void> => {
      while (left-- > 0) await this.#connection?.request(session, "tools/call", params);
    };
    await Promise.all(this.#sessions.map(client));
  }

  async measure(calls: number): Promise<void> {
    const before = cpuMicros(this.#pid);
    await this.call(calls);
    this.micros.push((cpuMicros(this.#pid) - before) / calls);
  }
}

async function compare(names: [string, string], folder: string, load: [number, number, number], rounds: number) {
  const [size, clients, calls] = load;
  const socket = join(folder, `echo-${size}-${clients}.sock`);
  await start([join(folder, names[1], "echo.js"), socket, String(size)]);
  const sides = names.map((name) => new Side(name, join(folder, name)));
  for (const side of sides) await side.open(socket, clients);
  for (const side of sides) await side.call(Math.min(WARM_UP, calls * 15));
  for (let round = 0; round < rounds; round++)
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) await side.measure(calls);
  stopAll();
  const [theirs, ours] = sides.map(({ micros }) => micros) as [number[], number[]];
  const ratio = median(ours.map((micros, round) => micros / (theirs[round] as number)));
  const figure = (micros: number[]): string => median(micros).toFixed(0);
  return [String(size), String(clients), figure(theirs), figure(ours), ratio.toFixed(2)];
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { rounds: { type: "string", default: "40" }, bytes: { type: "string", multiple: true } },
    allowPositionals: true,
  });
  const [commit] = positionals;
  if (!commit) throw new Error("got no commit, expected one to compare with: npm run bench:against -- HEAD~1");
  const folder = mkdtempSync(join(tmpdir(), "dind-mcp-against-"));
  try {
    build(checkOut(commit, folder), join(folder, "theirs"));
    build(ROOT, join(folder, "ours"));
    const rows: string[][] = [];
    for (const load of LOADS.filter(([bytes]) => values.bytes?.includes(String(bytes)) ?? true)) {
      console.error(`${load[0]} bytes, ${load[1]} clients ...`);
      rows.push(await compare(["theirs", "ours"], folder, load, Number(values.rounds)));
    }
    const heading = ["bytes", "clients", `us a call, ${commit}`, "us a call, this tree", "ratio"];
    console.log(textTable([heading, ...rows]));
  } finally {
    stopAll();
    execFileSync("git", ["-C", ROOT, "worktree", "remove", "--force", join(folder, "tree")]);
    rmSync(folder, { recursive: true, force: true });
  }
}

void main();
