import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { textOf } from "../../lib/read-text";
import { CliError, ExitCode } from "../errors";

/** Bytes of the longest input; a device or a pipe may never end. */
const LIMIT_BYTES = 64 * 2 ** 20;

/** The text of a file, of standard input (`-`), or of a folder's server.yaml. @throws CliError when there is none */
export function readInput(path: string, limit = LIMIT_BYTES): string {
  const isFolder = path !== "-" && existsSync(path) && statSync(path).isDirectory();
  const file = isFolder ? join(path, "server.yaml") : path;
  try {
    const input = path === "-" ? 0 : openSync(file, "r");
    try {
      return readAll(input, file, limit);
    } finally {
      if (input !== 0) closeSync(input);
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { code = "" } = error as NodeJS.ErrnoException;
    const got = code === "ENOENT" ? "no such file" : code;
    throw new CliError(
      `${file}: got ${got}, expected a file that can be read, or - for standard input`,
      ExitCode.Usage,
    );
  }
}

function readAll(input: number, file: string, limit: number): string {
  const chunks: Buffer[] = [];
  for (let bytes = 0; ; ) {
    const chunk = Buffer.allocUnsafe(2 ** 16);
    const read = readSync(input, chunk);
    if (read === 0) return textOf(Buffer.concat(chunks));
    bytes += read;
    const where = file === "-" ? "standard input" : file;
    if (bytes > limit) throw new CliError(`${where}: got more than ${limit} bytes, expected less`, ExitCode.Usage);
    chunks.push(chunk.subarray(0, read));
  }
}
