import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  type Stats,
  statSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { writeAtomically } from "../../lib/atomic-file";
import { CliError, ExitCode } from "../errors";

/**
 * Returns where a file really is, or will be. Follows links, to folders too, so that they stay links.
 * @throws CliError for a place that cannot be found out, or a link that is not safe
 */
export function realFile(file: string): string {
  try {
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (found?.isSymbolicLink()) {
      if (!trusted(found, statSync(dirname(file)))) {
        throw new CliError(`${file}: got a link of user ${found.uid} in a folder for all, expected one of yours`);
      }
      statSync(file, { throwIfNoEntry: false }); // fails for links in a circle, not for one to nothing
      return realFile(resolve(dirname(file), readlinkSync(file)));
    }
  } catch (error) {
    throw error instanceof CliError ? error : unreadable(file, error);
  }
  return dirname(file) === file ? file : join(realFile(dirname(file)), basename(file));
}

/**
 * Applies the kernel's rule fs.protected_symlinks, which does not cover reading a link: in a folder like /tmp, follow
 * only your own.
 */
function trusted(link: Stats, folder: Stats): boolean {
  return (folder.mode & 0o1002) !== 0o1002 || link.uid === process.getuid?.() || link.uid === folder.uid;
}

/**
 * A file's text, to the byte, with its byte order mark; null when there is none.
 * @throws CliError when it cannot be read, is not UTF-8 or no file: a pipe would be waited for, a device replaced
 */
export function readExactly(file: string): string | null {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found) return null;
    if (!found.isFile()) throw new Error(found.isDirectory() ? "a folder" : "a pipe, socket or device");
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): CliError {
  const { code, message } = error as NodeJS.ErrnoException;
  const got = code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "bytes that are not UTF-8" : (code ?? message);
  return new CliError(`${file}: got ${got}, expected a text file; nothing was changed`, ExitCode.Usage);
}

/** Permissions of a file; undefined when there is none. */
export function modeOf(file: string): number | undefined {
  return existsSync(file) ? statSync(file).mode & 0o7777 : undefined;
}

/** Folders that a file needs and that are not there, the outer one first. */
export function missingFolders(file: string): string[] {
  const folder = dirname(file);
  return existsSync(folder) ? [] : [...missingFolders(folder), folder];
}

/**
 * Puts a text in a file's place in one step, with the owner it had; null removes the file.
 * @param before the text that was read
 * @param mode permissions @default those it has; for a new file those of the user's umask
 * @throws CliError when somebody else wrote to it meanwhile
 */
export function replaceFile(file: string, text: string | null, before: string | null, mode?: number): void {
  // Not `recursive`: in file systems of the kernel Node never returns from it.
  if (text !== null) for (const folder of missingFolders(file)) mkdirSync(folder);
  // As late as possible, because a client writes its file whenever it likes.
  const check = (): void => {
    if (readExactly(file) === before) return;
    throw new CliError(`${file}: was changed while it was being edited; it is as that left it. Try again`);
  };
  if (text === null) {
    check();
    rmSync(file, { force: true });
    return;
  }
  const owner = process.getuid?.() === 0 ? statSync(file, { throwIfNoEntry: false }) : undefined;
  writeAtomically(file, text, { mode: mode ?? modeOf(file), owner, durable: true, check });
}

/** Removes folders that were made for a file, unless something else is in them. */
export function removeFolders(folders: string[]): void {
  for (const folder of [...folders].reverse()) {
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
  }
}
