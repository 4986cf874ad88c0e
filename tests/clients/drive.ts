import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { type Said, STEPS, type Step, type Task } from "./steps";

/** A step may take this long: 60 seconds. */
const PATIENCE_MS = 60_000;

export type Results = Record<Step, Said>;

/**
 * Starts a driver, and gives what came of its steps. All that it started is gone afterwards.
 * @param home its home directory, where clients keep settings
 * @param endSessions ends the client's sessions at the gateway
 */
export async function drive(command: string[], task: Task, home: string, endSessions: () => void): Promise<Results> {
  const [program = "", ...args] = [...command, JSON.stringify(task)];
  const child = spawn(program, args, {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true, // with its bridge, one group
    env: { ...process.env, HOME: home },
  });
  const stopIt = (): void => stop(child.pid);
  process.once("exit", stopIt);
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors = (errors + chunk).slice(-2_000);
  });
  child.stdin.on("error", () => {}); // it ended
  const said = new Map<Step, Said>();
  const patience = setTimeout(stopIt, PATIENCE_MS);
  const ended = new Promise<string>((resolve) => {
    child.once("error", ({ message }) => resolve(message));
    child.once("close", (code, signal) =>
      resolve(signal ? `no word for ${PATIENCE_MS / 1000} s` : `exit code ${code}`),
    );
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    patience.refresh();
    const heard = parsed(line);
    if (heard && "end" in heard) {
      endSessions();
      child.stdin.write("ended\n");
    } else if (heard) said.set(heard.step, heard);
  });
  const why = await ended;
  clearTimeout(patience);
  stopIt();
  process.off("exit", stopIt);
  const missing = (step: Step): Said => ({ step, ok: false, note: `the driver ended: ${why} ${cause(errors)}`.trim() });
  return Object.fromEntries(STEPS.map((step) => [step, said.get(step) ?? missing(step)])) as Results;
}

/** The line of its stderr that names an error, or the last. */
function cause(errors: string): string {
  const lines = errors.trim().split("\n");
  return lines.findLast((line) => /^\S*(error|panic|exception)\b/i.test(line)) ?? lines.at(-1) ?? "";
}

/** What a driver says; undefined for what its libraries print. */
function parsed(line: string): Said | { end: string } | undefined {
  try {
    const heard = JSON.parse(line);
    return heard.end || STEPS.includes(heard.step) ? heard : undefined;
  } catch {
    return undefined;
  }
}

/** A process with all that it started. */
function stop(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {} // it ended by itself
}
