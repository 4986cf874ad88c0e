import { spawn } from "node:child_process";

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

/** Runs a command to its end, whatever its exit code. */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
    });
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
  });
}

/** Runs a command that has to succeed; returns its standard output, trimmed. */
export async function must(command: string, args: string[], options?: RunOptions): Promise<string> {
  const result = await run(command, args, options);
  if (result.code !== 0) {
    throw new Error(`${command} ${args.join(" ")}: exit ${result.code}\n${result.stdout}${result.stderr}`);
  }
  return result.stdout.trim();
}
