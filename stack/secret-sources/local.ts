import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseJson } from "../../lib/json";

/** Milliseconds that a program may take. */
const PATIENCE_MS = 30_000;

/** The text of a file of this machine, without ends of line behind it. @throws Error with what was wrong instead */
export async function fileValue(url: string): Promise<string> {
  try {
    return (await readFile(fileURLToPath(url), "utf8")).replace(/[\r\n]+$/, "");
  } catch (error) {
    throw new Error(`no file that can be read (${(error as NodeJS.ErrnoException).code ?? "no path"})`);
  }
}

/**
 * What a program prints, without ends of line behind it. It runs without a shell.
 * @param words a JSON list: the program and its arguments
 * @throws Error with what was wrong instead; nothing of what it printed, as that may be secret
 */
export async function commandValue(words: string): Promise<string> {
  const list = parseJson(words);
  if (!Array.isArray(list) || list.length === 0 || !list.every((word) => typeof word === "string"))
    throw new Error('no command like command:["PROGRAM", "ARGUMENT"]');
  const [program = "", ...args] = list as string[];
  try {
    const { stdout } = await promisify(execFile)(program, args, { timeout: PATIENCE_MS, maxBuffer: 1024 * 1024 });
    return stdout.replace(/[\r\n]+$/, "");
  } catch (error) {
    const { code, killed } = error as { code?: string | number; killed?: boolean };
    const where = isAbsolute(program) ? program : `${program} of the PATH`;
    throw new Error(
      killed ? `nothing of ${where} in ${PATIENCE_MS / 1_000} s` : `${where} failed (${code ?? "a signal"})`,
    );
  }
}
