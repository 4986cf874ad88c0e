import { CliError, ExitCode } from "../errors";

/**
 * Which of several programs the server is: the one that the user names, the only one, or the one that is named like all
 * of it.
 * @param where what has them, for the error
 * @throws CliError that lists them
 */
export function chosenProgram(where: string, all: string[], own: string, wanted?: string): string {
  const found = wanted ?? (all.length === 1 ? all[0] : own);
  if (found !== undefined && all.includes(found)) return found;
  const got = wanted === undefined ? `${all.length} programs` : `no program ${JSON.stringify(wanted)}`;
  const [example = "NAME"] = all;
  throw new CliError(
    `${where}: got ${got}, expected one of ${all.join(", ")}`,
    ExitCode.Usage,
    `--program ${example}, or another of them`,
  );
}
