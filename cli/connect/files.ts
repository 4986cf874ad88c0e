import { createHash, randomUUID } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { CliError, ExitCode } from "../errors";
import type { ClientName } from "./clients";
import type { Connected } from "./plan";

/** What is remembered of a file that we wrote to. It may hold a token, and everything the file held before. */
export interface FileRecord extends Connected {
  /** Where the file really is. */
  file: string;
  /** Which client each stack is connected for. */
  clients: Record<string, ClientName>;
  /** The file's permissions before us; absent when there was none. */
  mode?: number;
  /** Folders that were made for it, the outer one first. */
  folders: string[];
}

/** Where a file really is, or will be: a link in its place, or in the place of a folder, stays one. */
export function realFile(file: string): string {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found?.isSymbolicLink()) return realFile(resolve(dirname(file), readlinkSync(file)));
  return dirname(file) === file ? file : join(realFile(dirname(file)), basename(file));
}

/** A file's text; null when there is none. @throws CliError when it cannot be read, or is not UTF-8 */
export function readText(file: string): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return null;
    const got = code === "ERR_ENCODING_INVALID_ENCODED_DATA" ? "bytes that are not UTF-8" : (code ?? "an error");
    throw new CliError(`${file}: got ${got}, expected a text file; nothing was changed`, ExitCode.Usage);
  }
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
  if (readText(file) !== before) {
    throw new CliError(`${file}: was changed while it was being edited; it is as that left it. Try again`);
  }
  if (text === null) {
    rmSync(file, { force: true });
    return;
  }
  // Not `recursive`: Node never comes back from it in file systems of the kernel.
  for (const folder of missingFolders(file)) mkdirSync(folder);
  const owner = existsSync(file) ? statSync(file) : undefined;
  const permissions = mode ?? modeOf(file);
  const draft = join(dirname(file), `.${randomUUID()}.dind-mcp`);
  try {
    writeFileSync(draft, text, { flag: "wx", mode: permissions ?? 0o666 });
    if (permissions !== undefined) chmodSync(draft, permissions);
    if (owner && process.getuid?.() === 0) chownSync(draft, owner.uid, owner.gid);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Removes folders that were made for a file, as far as nobody else uses them. */
export function removeFolders(folders: string[]): void {
  for (const folder of [...folders].reverse()) {
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
  }
}

/** The records, one file each, below the launcher's state. */
export class Records {
  constructor(private readonly folder = join(process.env.DIND_MCP_STATE ?? "", "connect")) {}

  private path(file: string): string {
    return join(this.folder, `${createHash("sha256").update(file).digest("hex").slice(0, 16)}.json`);
  }

  /** What is known of a file. */
  of(file: string): FileRecord | undefined {
    const path = this.path(file);
    return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as FileRecord) : undefined;
  }

  all(): FileRecord[] {
    const names = existsSync(this.folder) ? readdirSync(this.folder).filter((name) => name.endsWith(".json")) : [];
    return names.map((name) => JSON.parse(readFileSync(join(this.folder, name), "utf8")) as FileRecord);
  }

  save(record: FileRecord): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const path = this.path(record.file);
    replaceFile(path, JSON.stringify(record), readText(path), 0o600);
  }

  forget(file: string): void {
    rmSync(this.path(file), { force: true });
  }
}
