import { AuditResult } from "../../../../api/audit-result";

/** A call as the gateway keeps it, which took 10 ms: 1 to arrive, 2 in the gateway, 6 in the server, 1 on its way back. */
export function finished(request: string, more: { server?: string; tool?: string; sent?: number } = {}) {
  return {
    ...{ time: Date.parse("2026-11-30T10:00:00Z"), request, principal: "mcp", server: "echo" },
    ...{ method: "tools/call", tool: "say", result: AuditResult.Ok },
    ...{ arrived: 100, began: 101, sent: 103, answered: 109, ended: 110 },
    ...more,
  };
}
