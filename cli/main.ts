import { CommanderError } from "commander";
import { ProblemsError } from "../lib/problems";
import { asSource } from "./add/as-written";
import { ExitCode, expected } from "./errors";
import { note } from "./output";
import { program } from "./program";

/** Prints an error, and returns the exit code. */
function report(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.Ok : ExitCode.Usage; // commander has printed it
  const told = expected(error);
  note(`error: ${error instanceof Error ? error.message : String(error)}${told?.fix ? `\nto fix: ${told.fix}` : ""}`);
  if (process.env.DIND_MCP_DEBUG && error instanceof Error) note(error.stack ?? "");
  if (error instanceof ProblemsError) return ExitCode.Usage;
  return told?.code ?? ExitCode.Failed;
}

async function main(): Promise<void> {
  // A reader that has seen enough (`| head`) is no error; the exit code stays what it was.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit();
    note(`error: standard output: ${error.message}`);
    process.exit(ExitCode.Failed);
  });
  process.stderr.on("error", () => {}); // nobody is there to be told; the exit code still counts
  const root = program();
  // The launcher asks first whether the command line is right, before it sets anything up.
  if (process.env.DIND_MCP_CHECK_ARGUMENTS) {
    root.hook("preAction", () => {
      throw new CommanderError(ExitCode.Ok, "checked", "");
    });
  }
  const all = [root];
  for (const command of all) {
    command.exitOverride();
    all.push(...command.commands);
  }
  try {
    await root.parseAsync(asSource(process.argv));
  } catch (error) {
    process.exitCode = report(error);
  }
}

void main();
