import { statSync } from "node:fs";
import { readExactly } from "../connect/files";
import { behindMark } from "../connect/plan";
import { CliError, ExitCode } from "../errors";

/** Bytes of the largest file; Claude Code's own has some MiB. */
const LARGEST = 32 * 2 ** 20;

/** The text of a client's file. @throws CliError when it is none */
export function clientText(path: string, shown: string): string {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LARGEST) {
    const got = `${Math.ceil(size / 2 ** 20)} MiB, expected at most ${LARGEST / 2 ** 20}: a client's configuration`;
    throw new CliError(`${shown}: got ${got}`, ExitCode.Usage);
  }
  const text = readExactly(path);
  if (text !== null) return behindMark(text);
  throw new CliError(`${shown}: got no such file, expected a client's configuration`, ExitCode.Usage);
}
