import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { parseJson } from "../../lib/json";
import { isMapping } from "../../lib/mapping";
import { plain } from "../../lib/plain-text";
import { CliError } from "../errors";
import { projectFolder, stackName } from "../project";
import type { Unsettled } from "./settled";
import type { UpEvent } from "./up-events";
import { UpLines } from "./up-lines";

/** Thrown after a signal: nothing more is done. */
export class Interrupted extends CliError {}

/**
 * Runs a pulumi command in the project, on the user's terminal. Passes signals on, and waits for its end.
 * @param shown where its output goes: `true` for standard error, because standard output is for our own result; or a
 * function that takes its lines. @default standard output
 * @throws Interrupted when a signal came, and it did not finish
 * @throws CliError when it fails; it has said why
 */
export async function runPulumi(args: string[], shown: boolean | ((line: string) => void) = false): Promise<void> {
  const reads = typeof shown === "function";
  const output = reads ? "pipe" : shown ? 2 : "inherit";
  const child = spawn("pulumi", args, { cwd: projectFolder(), stdio: ["inherit", output, "inherit"] });
  const read = reads && child.stdout ? readLines(child.stdout, shown) : undefined;
  let interrupted = false;
  const pass = (signal: NodeJS.Signals): void => {
    interrupted = true;
    // Ctrl-C in a terminal has reached pulumi already. A second signal would make it leave everything as it is.
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  process.on("SIGINT", pass).on("SIGTERM", pass);
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (status, signal) => resolve(status ?? (signal ? 130 : 1)));
  }).finally(() => process.off("SIGINT", pass).off("SIGTERM", pass));
  await read;
  if (code !== 0 && interrupted) throw new Interrupted("interrupted; run the same command again to go on");
  if (code !== 0) throw new CliError(`pulumi ${args[0]} failed (exit code ${code}); what it said is above`);
}

async function readLines(from: Readable, take: (line: string) => void): Promise<void> {
  for await (const line of createInterface({ input: from, crlfDelay: Number.POSITIVE_INFINITY })) take(line);
}

/** First line about what is at work after so many milliseconds, more in this rhythm. */
const AT_WORK_FIRST_MS = 2_000;
const AT_WORK_MS = 10_000;

/**
 * Runs `pulumi up`, and shows it as a fleet: a line when an image is built or a container has started, what is at work
 * every ten seconds, and every error and warning. A server that cannot be made stops nothing else.
 * @returns the servers that could not be made
 * @throws what `runPulumi` throws, when something else failed
 */
export async function runUp(args: string[], aside = false): Promise<Unsettled[]> {
  const show = (text: string): void => void (aside ? process.stderr : process.stdout).write(`${plain(text)}\n`);
  const lines = new UpLines();
  const tell = (): void => {
    const text = lines.atWork(Date.now());
    if (text) show(text);
    timer = setTimeout(tell, AT_WORK_MS);
  };
  let timer = setTimeout(tell, AT_WORK_FIRST_MS);
  try {
    await runPulumi([...args, "--continue-on-error", "--json"], (line) => {
      const event = parseJson(line);
      if (isMapping(event)) lines.take(event as UpEvent, Date.now()).forEach(show);
      else if (line.trim() !== "") show(line);
    });
    return [];
  } catch (error) {
    const unmade = lines.unmade();
    if (error instanceof Interrupted || !unmade) throw error;
    return unmade;
  } finally {
    clearTimeout(timer);
  }
}

/** What a command said. */
interface Answer {
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs a pulumi command on the stack without showing its output.
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
