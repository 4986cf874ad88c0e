/** The servers that people use most: added by one command each, brought up together, and each made to do its job. */
import { endCommands } from "../support/fleet/command";
import { compare } from "./compare";
import type { Outcome } from "./drive";
import { report, writeDocs } from "./page";
import { POPULAR, SAMPLE } from "./popular/list";

const args = process.argv.slice(2);
const only = args.flatMap((arg, at) => (arg === "--only" ? [args[at + 1] ?? ""] : []));
const all = args.includes("--sample") ? SAMPLE : POPULAR;
const chosen = only.length > 0 ? POPULAR.filter(({ name }) => only.includes(name)) : all;
const begun = Date.now();
const say = (text: string): void => console.log(`[${Math.round((Date.now() - begun) / 1000)} s] ${text}`);

/** Rejects when a signal comes, and what ran is ended: the stack is removed before the process ends. */
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => void endCommands().finally(() => reject(new Error(`ended by ${signal}`))));
  }
});
interrupted.catch(() => {});

function told(outcomes: Outcome[]): void {
  console.log(report(outcomes));
  const names = POPULAR.map(({ name }) => name);
  if (args.includes("--write-docs")) writeDocs(outcomes, names);
}

async function main(): Promise<number> {
  const outcomes = await compare(chosen, say, told, interrupted);
  const failed = outcomes.filter((outcome) => outcome.failed !== undefined).length;
  console.log(`${outcomes.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: Error) => {
    console.error(error.stack);
    process.exit(1); // after a signal what was under way may still wait for something
  },
);
