import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CliError, ExitCode } from "../errors";
import type { Copy } from "./local/files";

/**
 * Writes a folder completely or not at all: first beside its place, under a hidden name that no catalog reads, then
 * renamed. It is synchronous, so that Ctrl-C cannot come in between.
 * @param copies files to copy, with their permissions
 * @param replace what is there goes; else it is an error
 */
export function writeFolder(target: string, files: Record<string, string>, replace = false, copies: Copy[] = []): void {
  const beside = (what: string): string => join(dirname(target), `.${basename(target)}.${what}-${process.pid}`);
  const [draft, old] = [beside("new"), beside("old")];
  // With a listener, a signal waits until this is done.
  const later = (): void => {};
  process.on("SIGINT", later).on("SIGTERM", later).on("SIGHUP", later);
  try {
    mkdirSync(draft);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(draft, name), text);
    for (const { from, to } of copies) {
      mkdirSync(dirname(join(draft, to)), { recursive: true });
      copyFileSync(from, join(draft, to));
    }
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
