import { AuditResult } from "../../api/audit-result";
import type { Audit, AuditEntry } from "./entry";

/**
 * HTTP statuses that make no entry: a flood of such refusals would push all other entries out of the log. The guard
 * limits how many failures get another status.
 */
const FLOODS = new Set([429, 503]);

/** Records a request without a valid token, or with one that does not allow it. */
export function auditDenial(
  audit: Audit,
  entry: Pick<AuditEntry, "request" | "principal" | "client" | "method">,
  status: number,
) {
  if (FLOODS.has(status)) return;
  audit.record({ time: Date.now(), kind: "auth", ...entry, result: AuditResult.Denied, code: status, ms: 0 });
}
