import { CliError, ExitCode } from "../errors";

/** Servers that a search shows at most. */
const MOST = 1_000;

/** The value of `--limit`. @throws CliError when it is no such number */
export function limitOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MOST) return count;
  throw new CliError(`--limit: got ${JSON.stringify(text)}, expected a number from 1 to ${MOST}`, ExitCode.Usage);
}
