import { spawn } from "node:child_process";
import { CliError } from "../errors";
import { projectFolder } from "../project";

/** The user wanted an end: nothing more is done. */
export class Interrupted extends CliError {}

/**
 * Runs a pulumi command in the project, on the user's terminal. Signals are passed on, and its end
 * is waited for.
 * @param aside what it shows goes to standard error, for standard output is for a result of ours
 * @throws Interrupted when a signal came, and it did not finish
 * @throws CliError when it fails; it has said why
 */
export async function runPulumi(args: string[], aside = false): Promise<void> {
  const child = spawn("pulumi", args, { cwd: projectFolder(), stdio: ["inherit", aside ? 2 : "inherit", "inherit"] });
  let interrupted = false;
  const pass = (signal: NodeJS.Signals): void => {
    interrupted = true;
    // From a terminal Ctrl-C reached it already, and a second one would make it leave everything as it is.
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  process.on("SIGINT", pass).on("SIGTERM", pass);
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (status, signal) => resolve(status ?? (signal ? 130 : 1)));
  }).finally(() => process.off("SIGINT", pass).off("SIGTERM", pass));
  if (code !== 0 && interrupted) throw new Interrupted("interrupted; run the same command again to go on");
  if (code !== 0) throw new CliError(`pulumi ${args[0]} failed (exit code ${code}); what it said is above`);
}
