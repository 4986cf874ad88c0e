import type { OrchestratorConfig } from "../../config/orchestrator-config";
import { AuditFiles } from "./audit-files";
import type { Audit, AuditEntry } from "./entry";
import { keptArguments } from "./kept-arguments";
import { type AuditPage, type AuditQuery, readPage } from "./query";

const FLUSH_BYTES = 64 * 1024;
const FLUSH_MS = 200;
/** Most characters that wait for a slow disk; entries beyond that are lost. */
const WAITING = 8 * 1024 * 1024;
const WARN_MS = 60_000;
/** Most characters kept of a method or a tool's name, which clients choose. */
const WORD = 256;

export type AuditLogOptions = OrchestratorConfig["audit"] & {
  /** Folder of the files; created if it does not exist. */
  folder: string;
  /** Logs that entries are lost, at most once a minute, and that writing works again. */
  warn: (message: string) => void;
};

/**
 * The audit log: one line of JSON for each request, in files that only their owner can read. Lines are written in
 * batches, at the latest after 200 ms, so a killed process loses no more. A full or broken disk loses lines, but
 * stops no request.
 */
export class AuditLog implements Audit {
  readonly #files: AuditFiles;
  #waiting: string[] = [];
  #waitingChars = 0;
  #timer?: NodeJS.Timeout;
  #flushing?: Promise<void>;
  #dropped = 0;
  #failing = false;
  #warnedAt = Number.NEGATIVE_INFINITY;
  #warned = false;

  constructor(private readonly options: AuditLogOptions) {
    this.#files = new AuditFiles(options.folder, options.fileBytes, options.files);
  }

  record(entry: AuditEntry): void {
    const line = this.#waitingChars < WAITING ? this.#line(entry) : undefined;
    if (line === undefined) {
      this.#lost(1, "the disk is too slow, or an entry could not be written as JSON");
      return;
    }
    this.#waiting.push(line);
    this.#waitingChars += line.length;
    if (this.#waitingChars >= FLUSH_BYTES) void this.#flush();
    else this.#timer ??= setTimeout(() => void this.#flush(), FLUSH_MS);
  }

  /** Returns entries, newest first. Writes those that still wait first, so that the answer holds them. */
  async query(query: AuditQuery): Promise<AuditPage> {
    await this.#flushAll();
    return readPage(await this.#files.list(), query);
  }

  /** Number of entries lost since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** False while entries cannot be written. */
  healthy(): boolean {
    return !this.#failing;
  }

  /** Writes the entries that still wait, at the process's end. */
  async close(): Promise<void> {
    await this.#flushAll();
    await this.#files.close();
  }

  #line(entry: AuditEntry): string | undefined {
    try {
      const kept = { ...entry, arguments: keptArguments(entry.arguments, this.options.arguments) };
      if (kept.method.length > WORD) kept.method = `${kept.method.slice(0, WORD)}…`;
      if (kept.tool !== undefined && kept.tool.length > WORD) kept.tool = `${kept.tool.slice(0, WORD)}…`;
      return `${JSON.stringify(kept)}\n`;
    } catch {
      return undefined;
    }
  }

  /** Writes the waiting lines. Never rejects: it counts the lines that cannot be written. */
  #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing ??= this.#writeAll().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async #writeAll(): Promise<void> {
    do {
      const lines = this.#waiting;
      this.#waiting = [];
      this.#waitingChars = 0;
      try {
        await this.#files.append(Buffer.from(lines.join("")));
        this.#failing = false;
        this.#recovered();
      } catch (error) {
        this.#failing = true;
        this.#lost(lines.length, error instanceof Error ? error.message : String(error));
      }
      // Lines that came during the write wait for the next timer. Under load, a loop of writes would never end.
    } while (this.#waitingChars >= FLUSH_BYTES);
  }

  /** Writes all entries that were recorded until now. */
  async #flushAll(): Promise<void> {
    await this.#flushing;
    if (this.#waiting.length > 0) await this.#flush();
  }

  #lost(count: number, reason: string): void {
    this.#dropped += count;
    if (performance.now() - this.#warnedAt < WARN_MS) return;
    this.#warnedAt = performance.now();
    this.#warned = true;
    const { folder, warn } = this.options;
    warn(`audit log: ${this.#dropped} entries lost: ${reason}. The service goes on; look after ${folder}`);
  }

  /** Logs that writing works again, once for each warning: a full disk still takes a short line now and then. */
  #recovered(): void {
    if (this.#warned) this.options.warn(`audit log: written again; ${this.#dropped} entries are lost so far`);
    this.#warned = false;
  }
}
