import type { AuditResult } from "../../api/audit-result";

/** Receives the gateway's events for the metrics. Implementations must be cheap: each request calls them. */
export interface CallObserver {
  /**
   * Counts a finished request.
   * @param tool the tool's name, for tools/call; the metrics limit how many different names become labels
   */
  call(server: string, method: string, tool: string | undefined, result: AuditResult, seconds: number): void;
  /** Counts a new session. @param warm true when it got a process that was started ahead */
  sessionOpened(server: string, warm: boolean, seconds: number): void;
  /** Counts an ended session. @param reason an EndReason, such as `idle` */
  sessionEnded(server: string, reason: string): void;
  /** Counts a merged list that lacked a server's part, or held an outdated one. */
  incomplete?(server: string, method: string): void;
  /** Counts a client that was disconnected because it does not read. @param server empty: all servers */
  streamCut?(server: string): void;
}
