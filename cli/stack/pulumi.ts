import { spawn } from "node:child_process";
import { CliError } from "../errors";
import { projectFolder, stackName } from "../project";

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

/** What a command said. */
interface Answer {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs a pulumi command on the stack that nobody has to see.
 * @param input for its standard input
 */
export async function quietPulumi(args: string[], input?: string): Promise<Answer> {
  const all = [...args, "--stack", stackName(), "--non-interactive"];
  const child = spawn("pulumi", all, { cwd: projectFolder(), stdio: "pipe" });
  const texts = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    texts.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    texts.stderr += text;
  });
  child.stdin.on("error", () => {}).end(input ?? "");
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  return { code, ...texts };
}
