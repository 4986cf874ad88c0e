import { isUtf8 } from "node:buffer";
import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseJson } from "../../lib/json";

/** Milliseconds that a program may take. */
const PATIENCE_MS = 30_000;

/** Bytes of a value: secrets are small. */
const MOST = 1024 * 1024;

/**
 * The text of a file of this machine, without ends of line behind it. A device or a pipe is none: it could have no end.
 * @throws Error with what was wrong instead
 */
export async function fileValue(url: string): Promise<string> {
  const bytes = await smallFile(url).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`no file that can be read (${error.code ?? "no path"})`);
  });
  if (!bytes) throw new Error(`no plain file of at most ${MOST} bytes`);
  return textOf(bytes);
}

async function smallFile(url: string): Promise<Buffer | undefined> {
  const path = fileURLToPath(url);
  const found = await stat(path);
  return found.isFile() && found.size <= MOST ? readFile(path) : undefined;
}

/** @throws Error for bytes that are no UTF-8: others would be put in place of them */
function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new Error("bytes that are no text (UTF-8)");
  return bytes.toString().replace(/[\r\n]+$/, "");
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
  let bytes: Buffer;
  try {
    const options = { timeout: PATIENCE_MS, maxBuffer: MOST, encoding: "buffer", killSignal: "SIGKILL" } as const;
    const running = promisify(execFile)(program, args, options);
    running.child.stdin?.end(); // one that asks for a password would wait
    bytes = (await running).stdout;
  } catch (error) {
    const { code, killed } = error as { code?: string | number; killed?: boolean };
    const where = isAbsolute(program) ? program : `${program} of the PATH`;
    throw new Error(
      killed && typeof code !== "string"
        ? `nothing of ${where} in ${PATIENCE_MS / 1_000} s`
        : `${where} failed (${code ?? "a signal"})`,
    );
  }
  return textOf(bytes);
}
