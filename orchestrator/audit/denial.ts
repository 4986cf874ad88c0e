import { AuditResult } from "../../api/audit-result";
import type { Audit, AuditEntry } from "./entry";

/** Floods of these must not push everything else out of the log; the guard counts the failures that become entries. */
const FLOODS = new Set([429, 503]);

/** Records a request without a valid token, or with one that does not allow it. */
export function auditDenial(audit: Audit, entry: Pick<AuditEntry, "request" | "principal" | "method">, status: number) {
  if (FLOODS.has(status)) return;
  audit.record({ time: Date.now(), kind: "auth", ...entry, result: AuditResult.Denied, code: status, ms: 0 });
}
