import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AuditLog, type AuditLogOptions } from "../../../../orchestrator/audit/audit-log";

/** A folder for audit logs of one test, and what they warned of. */
export class LogSite {
  readonly folder = join(mkdtempSync(join(tmpdir(), "mcp-test-audit-")), "audit");
  /** The file that is written to. */
  readonly current = join(this.folder, "audit.jsonl");
  readonly warnings: string[] = [];
  readonly #logs: AuditLog[] = [];

  open(changes: Partial<AuditLogOptions> = {}): AuditLog {
    const warn = (text: string): void => void this.warnings.push(text);
    const { folder } = this;
    const log = new AuditLog({ folder, arguments: "redacted", fileBytes: 1 << 20, files: 4, warn, ...changes });
    this.#logs.push(log);
    return log;
  }

  /** Closes what was opened, and removes the folder. */
  async close(): Promise<void> {
    for (const log of this.#logs) await log.close();
    rmSync(join(this.folder, ".."), { recursive: true, force: true });
  }
}
