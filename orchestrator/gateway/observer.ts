import type { AuditResult } from "../../api/audit-result";

/** What the gateway tells the metrics; cheap, as it is called for every message. */
export interface CallObserver {
  /**
   * A request got its answer.
   * @param tool name of the tool for tools/call; the metrics bound how many different ones become labels
   */
  call(server: string, method: string, tool: string | undefined, result: AuditResult, seconds: number): void;
  /** A session was opened (`warm`: with a process that was waiting) or ended for a reason like `deleted`, `idle`, `evicted`, `process-ended`. */
  sessionOpened(server: string, warm: boolean, seconds: number): void;
  sessionEnded(server: string, reason: string): void;
  /** A merged list was answered without a server's part, or with an outdated one. */
  incomplete?(server: string, method: string): void;
}
