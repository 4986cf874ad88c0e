import { type ChildProcess, spawn } from "node:child_process";

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  input?: string;
  /** Milliseconds, then SIGKILL. @default 600_000 */
  timeout?: number;
}

const running = new Map<ChildProcess, Promise<unknown>>();

/** Ends the commands that run, as a signal to this process has to. Resolves when they are gone. */
export async function endCommands(): Promise<void> {
  for (const child of running.keys()) child.kill();
  await Promise.allSettled(running.values());
}

/** Runs a command to its end, whatever its exit code. */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<Result> {
  const child = spawn(command, args, { cwd: options.cwd, env: options.env ?? process.env });
  const ended = new Promise<Result>((resolve, reject) => {
    // Not spawn's own time-out: its timer outlives a command that could not be started, and keeps the tests from ending.
    const timer = setTimeout(() => child.kill("SIGKILL"), options.timeout ?? 600_000);
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (data) => (stdout += data));
    child.stderr.on("data", (data) => (stderr += data));
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? -1, stdout, stderr });
    });
    child.stdin.on("error", () => {}); // a command that reads no input may be gone already
    child.stdin.end(options.input ?? "");
  }).finally(() => running.delete(child));
  running.set(child, ended);
  return ended;
}

/** Runs a command that has to succeed; returns its standard output, trimmed. */
export async function must(command: string, args: string[], options?: RunOptions): Promise<string> {
  const result = await run(command, args, options);
  if (result.code !== 0) {
    throw new Error(`${command} ${args.join(" ")}: exit ${result.code}\n${result.stdout}${result.stderr}`);
  }
  return result.stdout.trim();
}
