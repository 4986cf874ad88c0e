import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "./mcp-init-client";

const SOURCE = join(__dirname, "../../../images/engine/mcp-init");
// Uids nobody else uses, another test run neither: "all processes of this uid" is all that one init ever started.
const FIRST_UID = 1_000_000 + (process.pid % 10_000) * 100;

/** Which build is under test: the one that ships, or the one with the sanitizers watching. */
export type Build = "mcp-init" | "mcp-init-asan";
export const BUILDS: Build[] = ["mcp-init", "mcp-init-asan"];

let built: string | undefined;
let uids = 0;

/** Compiles everything once, outside the work tree, and gives the folder. */
export function build(): string {
  if (built) return built;
  if (process.getuid?.() !== 0) throw new Error("these tests need root: they make PID namespaces and change uids");
  built = mkdtempSync(join(tmpdir(), "mcp-init-test-"));
  chmodSync(built, 0o755);
  execFileSync("make", ["-s", "-j2", "-C", SOURCE, `OUT=${built}`, "all", "asan", "test-tools"], { stdio: "pipe" });
  return built;
}

/** Removes what build() made. */
export function removeBuild(): void {
  if (built) rmSync(built, { recursive: true, force: true });
  built = undefined;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until a condition holds; fails with what was seen last. */
export async function until<T>(what: string, see: () => T, holds: (seen: T) => boolean, ms = 5000): Promise<number> {
  const start = performance.now();
  for (;;) {
    const seen = see();
    if (holds(seen)) return performance.now() - start;
    if (performance.now() - start > ms)
      throw new Error(`${what}: not within ${ms} ms; last seen: ${JSON.stringify(seen)}`);
    await pause(3);
  }
}

export interface Process {
  pid: number;
  name: string;
  state: string;
}

/** All processes of a uid, zombies too. */
export function processesOf(uid: number): Process[] {
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const status = readFileSync(`/proc/${entry}/status`, "utf8");
      if (!status.includes(`\nUid:\t${uid}\t`)) return [];
      const [, name = "", state = ""] = /^Name:\t(.*)\n(?:.*\n)*?State:\t(.)/.exec(status) ?? [];
      return [{ pid: Number(entry), name, state }];
    } catch {
      return []; // it ended meanwhile
    }
  });
}

export interface InitOptions {
  build: Build;
  command: string[];
  sessions?: number;
  graceMs?: number;
  more?: string[];
  processes?: number; // RLIMIT_NPROC
}

/** One mcp-init as PID 1 of a PID namespace of its own, under a uid of its own, as it is in a container. */
export class Init {
  log = "";
  readonly uid = FIRST_UID + uids++;
  readonly folder = mkdtempSync(join(tmpdir(), "mcp-init-run-"));
  readonly socket = join(this.folder, "session.sock");
  readonly program: string;
  readonly exited: Promise<number | null>;
  private readonly outer: ChildProcess;
  private readonly clients: Client[] = [];

  constructor(options: InitOptions) {
    const { command, sessions = 8, graceMs = 300, processes = 500, more = [] } = options;
    this.program = join(build(), options.build);
    mkdirSync(this.folder, { recursive: true });
    chownSync(this.folder, this.uid, this.uid);
    const user = ["--reuid", `${this.uid}`, "--regid", `${this.uid}`, "--clear-groups"];
    const serve = [
      "serve",
      "--socket",
      this.socket,
      "--max-sessions",
      `${sessions}`,
      "--grace-ms",
      `${graceMs}`,
      ...more,
    ];
    const namespace = [
      "--pid",
      "--fork",
      "--kill-child",
      "--mount-proc",
      "prlimit",
      `--nproc=${processes}:${processes}`,
      "env",
      "--ignore-signal=USR2",
    ];
    this.outer = spawn("unshare", [...namespace, "setpriv", ...user, this.program, ...serve, "--", ...command], {
      stdio: ["ignore", "ignore", "pipe", "pipe"], // one descriptor too many, as a careless parent leaves it
      env: { ...process.env, ASAN_OPTIONS: "detect_leaks=0" }, // the leak finder traces; an init does not let itself be traced
    });
    this.outer.stderr?.on("data", (chunk: Buffer) => {
      this.log += chunk.toString();
    });
    this.exited = new Promise((resolve) => this.outer.on("exit", resolve));
  }

  /** Starts and waits for the socket. */
  static async start(options: InitOptions): Promise<Init> {
    const init = new Init(options);
    try {
      await until("socket of mcp-init", () => existsSync(init.socket), Boolean);
    } catch (error) {
      init.destroy();
      throw new Error(`${error}\n${init.log}`);
    }
    return init;
  }

  /** With the tests' own server in one of its modes. */
  static server(build_: Build, mode: string[], options: Partial<InitOptions> = {}): Promise<Init> {
    return Init.start({ build: build_, command: [join(build(), "test-server"), ...mode], ...options });
  }

  /** PID 1's number outside its namespace. */
  get pid(): number {
    const children = execFileSync("ps", ["-o", "pid=", "--ppid", `${this.outer.pid}`], { encoding: "utf8" });
    return Number(children.trim());
  }

  get processes(): Process[] {
    return processesOf(this.uid);
  }

  open(): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = connect({ path: this.socket, allowHalfOpen: true });
      const client = new Client(socket);
      this.clients.push(client);
      socket.once("connect", () => resolve(client)).once("error", reject);
    });
  }

  /** Waits until PID 1 is alone again, and gives the time it took. */
  alone(ms = 5000): Promise<number> {
    return until(
      "PID 1 alone",
      () => this.processes,
      (all) => all.length === 1,
      ms,
    );
  }

  /** Ends it in order, and asserts what must hold after every test: nothing left, no sanitizer report. */
  async stop(): Promise<number | null> {
    if (this.outer.exitCode === null) process.kill(this.pid, "SIGTERM");
    const code = await this.exited;
    const left = this.processes;
    this.destroy();
    if (left.length > 0) throw new Error(`left behind: ${JSON.stringify(left)}`);
    if (/Sanitizer|runtime error/.test(this.log)) throw new Error(this.log);
    return code;
  }

  /** Whatever happened in the test: no process, no folder. */
  destroy(): void {
    for (const client of this.clients) client.socket.destroy();
    if (this.outer.exitCode === null) this.outer.kill("SIGKILL");
    for (const { pid } of this.processes) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {} // it ended meanwhile
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
