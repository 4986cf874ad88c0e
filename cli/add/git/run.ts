import { oneLine } from "../../../lib/plain-text";
import { CliError, ExitCode } from "../../errors";
import { type Answer, ask } from "../ask";
import { shownUrl } from "./source";

/** Asks nobody for a password, and runs nothing that a repository or its address could name. */
const QUIET = { GIT_TERMINAL_PROMPT: "0", GIT_LFS_SKIP_SMUDGE: "1", GIT_SSH_COMMAND: "ssh -oBatchMode=yes" };
const SAFE = [
  "protocol.ext.allow=never",
  "core.hooksPath=/dev/null",
  "core.symlinks=true",
  "advice.detachedHead=false",
];

/** Runs git, and tells how that ended. */
export function tried(args: string[]): Promise<Answer> {
  return ask("git", [...SAFE.flatMap((one) => ["-c", one]), ...args], QUIET);
}

/** Runs git. @param url the repository, for the error @returns what it printed @throws CliError when it failed */
export async function git(args: string[], url: string): Promise<string> {
  const { code, stdout, stderr } = await tried(args);
  if (code === 0) return stdout;
  if (code === undefined) {
    throw new CliError(
      "git is not on this machine, expected it for a repository",
      ExitCode.Failed,
      "apt-get install git",
    );
  }
  const said = stderr.split("\n").find((line) => /^(fatal|error): /.test(line)) ?? stderr;
  // Git repeats the address, which may hold more than is to be seen.
  const shown = oneLine(said.replaceAll(url, shownUrl(url)) || "it said nothing", 300);
  throw new CliError(`${shownUrl(url)}: git failed: ${shown}`);
}
