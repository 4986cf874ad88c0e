import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CliError, ExitCode } from "../errors";

/**
 * Writes a folder, all of it or nothing: beside its place under a hidden name, which no catalog reads, then renamed.
 * In one go without a pause, in which Ctrl-C could come.
 * @param replace what is there goes; else it is an error
 */
export function writeFolder(target: string, files: Record<string, string>, replace = false): void {
  const beside = (what: string): string => join(dirname(target), `.${basename(target)}.${what}-${process.pid}`);
  const [draft, old] = [beside("new"), beside("old")];
  // While somebody listens, a signal waits until this is done.
  const later = (): void => {};
  process.on("SIGINT", later).on("SIGTERM", later).on("SIGHUP", later);
  try {
    mkdirSync(draft);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(draft, name), text);
    const there = existsSync(target);
    if (there && !replace) throw taken(target);
    if (there) renameSync(target, old);
    try {
      renameSync(draft, target);
    } catch (error) {
      if (there) renameSync(old, target);
      throw error;
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
    process.off("SIGINT", later).off("SIGTERM", later).off("SIGHUP", later);
  }
}

/** The error about a folder that is there. */
export function taken(target: string): CliError {
  const got = "is there already, expected a name of which there is none";
  return new CliError(`${target}: ${got}`, ExitCode.Usage, "--name NAME for another one, or --force to replace it");
}
