import { ProblemsError } from "../../lib/problems";
import { CliError, ExitCode } from "../errors";
import type { ClientName } from "./clients";

/** What became of one file. */
export interface Done {
  client: ClientName;
  /** As the user names it. */
  file: string;
  change: "created" | "changed" | "none" | "restored" | "removed" | "mended";
  /** Why nothing could be done. */
  error?: string;
}

const WORDS: Record<Done["change"], string> = {
  created: "file created",
  changed: "added",
  none: "nothing to change",
  restored: "as it was before",
  removed: "file removed, as it was not there before",
  mended: "taken out; what was changed since stays",
};

/** The same for people. */
export function sentence({ client, file, change, error }: Done, dryRun: boolean): string {
  if (error) return `${client}: ${file}: NOT DONE: ${error}`;
  return `${client}: ${file}: ${dryRun ? "would be: " : ""}${WORDS[change]}`;
}

/** What could not be done in one file; sets the exit code instead of failing, so that the others have their turn. */
export function failed(client: ClientName, file: string, error: unknown): Done {
  if (!(error instanceof Error)) throw error;
  const wrong = error instanceof ProblemsError ? ExitCode.Usage : ExitCode.Failed;
  process.exitCode ??= error instanceof CliError ? error.code : wrong;
  return { client, file, change: "none", error: error.message };
}
