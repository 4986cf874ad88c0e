import { constants, type FileHandle, mkdir, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";

const CURRENT = "audit.jsonl";
const OLDER = /^audit\.(\d+)\.jsonl$/;
const CHUNK = 64 * 1024;

/** One file of the log. It keeps its number when a newer file becomes the current one. */
export interface AuditFile {
  number: number;
  path: string;
  bytes: number;
  /** Time of the last write, in milliseconds since 1970. */
  changed: number;
}

/**
 * The files of the log: `audit.jsonl`, and the older ones `audit.1.jsonl`, `audit.2.jsonl`, ... with the highest
 * number the youngest. Only one process may use them. Every method throws the file system's errors, and leaves the
 * files usable.
 */
export class AuditFiles {
  #handle?: FileHandle;
  #size = 0;
  #number = 1;

  /** @param keep most files, with the current one */
  constructor(
    private readonly folder: string,
    private readonly fileBytes: number,
    private readonly keep: number,
  ) {}

  /** Appends whole lines, all of them or none. */
  async append(lines: Buffer): Promise<void> {
    let handle = await this.#open();
    if (this.#size > 0 && this.#size + lines.length > this.fileBytes) {
      await this.#rotate();
      handle = await this.#open();
    }
    try {
      for (let done = 0; done < lines.length; ) {
        done += (await handle.write(lines, done, lines.length - done, this.#size + done)).bytesWritten;
      }
      this.#size += lines.length;
    } catch (error) {
      // A full disk may take only the first part of a write, so that part is cut off. Opening the file again at the
      // next append checks its end once more.
      await handle.truncate(this.#size).catch(() => {});
      await this.close();
      throw error;
    }
  }

  /** Returns the files, youngest first. */
  async list(): Promise<AuditFile[]> {
    const numbers = await this.#older();
    this.#number = Math.max(this.#number, (numbers[0] ?? 0) + 1);
    const files = [
      { number: this.#number, name: CURRENT },
      ...numbers.map((number) => ({ number, name: older(number) })),
    ];
    const found = await Promise.all(
      files.map(async ({ number, name }): Promise<AuditFile[]> => {
        const path = join(this.folder, name);
        const about = await stat(path).catch(() => undefined);
        return about ? [{ number, path, bytes: about.size, changed: about.mtimeMs }] : [];
      }),
    );
    return found.flat();
  }

  /** Closes the current file. The next append opens it again. */
  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch(() => {});
  }

  async #open(): Promise<FileHandle> {
    if (this.#handle) return this.#handle;
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    this.#number = Math.max(this.#number, ((await this.#older())[0] ?? 0) + 1);
    // Without O_APPEND, so that a write can go to a given place: after a failure, the broken end is overwritten.
    const handle = await open(join(this.folder, CURRENT), constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      this.#size = await endOfLastLine(handle);
      await handle.truncate(this.#size);
    } catch (error) {
      await handle.close();
      throw error;
    }
    this.#handle = handle;
    return handle;
  }

  async #rotate(): Promise<void> {
    await this.close();
    if (this.keep === 1) await unlink(join(this.folder, CURRENT));
    else await rename(join(this.folder, CURRENT), join(this.folder, older(this.#number)));
    this.#number += 1;
    const tooMany = (await this.#older()).slice(this.keep - 1);
    for (const number of tooMany) await unlink(join(this.folder, older(number)));
  }

  /** Returns the numbers of the older files, highest first. */
  async #older(): Promise<number[]> {
    const names = await readdir(this.folder).catch(() => []);
    const numbers = names.flatMap((name) => OLDER.exec(name)?.[1] ?? []).map(Number);
    return numbers.sort((one, other) => other - one);
  }
}

const older = (number: number): string => `audit.${number}.jsonl`;

/** Returns the end of the last whole line: a process that was killed may have left part of a line behind it. */
async function endOfLastLine(handle: FileHandle): Promise<number> {
  const { size } = await handle.stat();
  const chunk = Buffer.alloc(CHUNK);
  for (let end = size; end > 0; end -= CHUNK) {
    const start = Math.max(0, end - CHUNK);
    const { bytesRead } = await handle.read(chunk, 0, end - start, start);
    const newline = chunk.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (newline >= 0) return start + newline + 1;
  }
  return 0;
}
