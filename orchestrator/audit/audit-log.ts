import type { OrchestratorConfig } from "../../config/orchestrator-config";
import { AuditFiles } from "./audit-files";
import type { Audit, AuditEntry } from "./entry";
import { keptArguments } from "./kept-arguments";
import { type AuditPage, type AuditQuery, readPage } from "./query";

const FLUSH_BYTES = 64 * 1024;
const FLUSH_MS = 200;
/** Characters that may wait for a slow disk; more are lost. */
const WAITING = 8 * 1024 * 1024;
const WARN_MS = 60_000;
/** Clients choose methods and names of tools. */
const WORD = 256;

export type AuditLogOptions = OrchestratorConfig["audit"] & {
  /** Where the files are; made when it is not there. */
  folder: string;
  /** An operator's log: told that entries are lost, at most once a minute, and that it is over. */
  warn: (message: string) => void;
};

/**
 * The audit log: one line of JSON for each request, in files of their owner alone. Lines are written together, at the
 * latest after 200 ms: a killed process loses no more than that, and a full or broken disk loses lines, not the service.
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

  /** Newest first; what was recorded before is there. */
  async query(query: AuditQuery): Promise<AuditPage> {
    await this.#flushAll();
    return readPage(await this.#files.list(), query);
  }

  /** Entries lost since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** False while entries cannot be written. */
  healthy(): boolean {
    return !this.#failing;
  }

  /** Writes what is waiting. */
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
      // Lines that came meanwhile wait for the next timer: writing again at once would never end under load.
    } while (this.#waitingChars >= FLUSH_BYTES);
  }

  /** Writes all that was recorded until now. */
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

  /** Told once for each warning: a disk that is full to the brim takes a short line now and then. */
  #recovered(): void {
    if (this.#warned) this.options.warn(`audit log: written again; ${this.#dropped} entries are lost so far`);
    this.#warned = false;
  }
}
