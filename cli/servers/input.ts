import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { CliError, ExitCode } from "../errors";

/** The text of a file, of standard input (`-`), or of a folder's server.yaml. @throws CliError when there is none */
export function readInput(path: string): string {
  if (path === "-") return readFileSync(0, "utf8");
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, "server.yaml") : path;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    const got = code === "ENOENT" ? "no such file" : code;
    throw new CliError(
      `${file}: got ${got}, expected a file that can be read, or - for standard input`,
      ExitCode.Usage,
    );
  }
}
