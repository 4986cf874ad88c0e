import { type ChildProcess, spawn } from "node:child_process";
import { loadavg } from "node:os";
import { ROOT } from "../../tests/support/fleet/stack";

/** What one command took. */
export interface Sample {
  /** Seconds by the clock. */
  wall: number;
  /** Seconds of processor time, user and system, of the command and all it started; not of the Docker engines. */
  cpu: number;
  /** The machine's load average of the last minute, when it began. */
  load: number;
}

const running = new Set<ChildProcess>();
let aborted = false;

/** Runs a command in the project's folder to its end. @throws Error with its output when it fails */
export function timed(command: string, args: string[], env: NodeJS.ProcessEnv = process.env): Promise<Sample> {
  return new Promise((resolve, reject) => {
    if (aborted) throw new Error("interrupted");
    const load = loadavg()[0] ?? 0;
    const began = process.hrtime.bigint();
    // bash's own `time` counts the children's processor time, which Node.js does not tell.
    const line = 'TIMEFORMAT="%U %S"; { time "$@" >&4 2>&4; } 2>&3';
    const child = spawn("bash", ["-c", line, "bash", command, ...args], {
      cwd: ROOT,
      env,
      detached: true, // a process group of its own, so that all of it can be ended
      stdio: ["ignore", "ignore", "inherit", "pipe", "pipe"],
    });
    running.add(child);
    let times = "";
    let output = "";
    child.stdio[3]?.on("data", (data) => (times += data));
    child.stdio[4]?.on("data", (data) => (output += data));
    child.on("error", reject);
    child.on("close", (code) => {
      running.delete(child);
      const wall = Number(process.hrtime.bigint() - began) / 1e9;
      if (code !== 0) reject(new Error(`${command} ${args.join(" ")}: exit ${code}\n${output}`));
      else resolve({ wall, cpu: times.split(" ").reduce((sum, text) => sum + Number(text), 0), load });
    });
  });
}

/** Ends whatever runs and lets nothing start any more. Pulumi ends at the second SIGINT, and its plugins with it. */
export function abort(): void {
  aborted = true;
  for (const [after, signal] of [
    [0, "SIGINT"],
    [1_000, "SIGINT"],
    [10_000, "SIGKILL"],
  ] as const) {
    setTimeout(() => {
      for (const { pid } of running) if (pid) process.kill(-pid, signal);
    }, after).unref();
  }
}
