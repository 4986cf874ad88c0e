import { spawn } from "node:child_process";
import { CliError } from "../errors";
import { projectFolder } from "../project";

/**
 * Runs a pulumi command in the project, on the user's terminal. Signals are passed on, and its end
 * is waited for.
 * @throws CliError when it fails; it has said why
 */
export async function runPulumi(args: string[]): Promise<void> {
  const child = spawn("pulumi", args, { cwd: projectFolder(), stdio: "inherit" });
  const pass = (signal: NodeJS.Signals): void => {
    // From a terminal Ctrl-C reached it already, and a second one would make it leave everything as it is.
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  process.on("SIGINT", pass).on("SIGTERM", pass);
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (status, signal) => resolve(status ?? (signal ? 130 : 1)));
  }).finally(() => process.off("SIGINT", pass).off("SIGTERM", pass));
  if (code !== 0) throw new CliError(`pulumi ${args[0]} failed (exit code ${code}); what it said is above`);
}
