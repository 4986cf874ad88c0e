import type { FastifyInstance } from "fastify";
import { type Audit, AuditResult } from "../audit/entry";

/** Methods that change nothing. */
const READS = new Set(["GET", "HEAD", "OPTIONS"]);

function resultOf(status: number): AuditResult {
  if (status < 400) return AuditResult.Ok;
  if (status === 401 || status === 403) return AuditResult.Denied;
  return status === 504 ? AuditResult.Timeout : AuditResult.Error;
}

/** Writes every change, and whatever was denied, into the audit log once it is answered. */
export function auditChanges(app: FastifyInstance, audit: Audit): void {
  app.addHook("onResponse", async (request, reply) => {
    const status = reply.statusCode;
    const result = request.audited?.result ?? resultOf(status);
    if (READS.has(request.method) && result !== AuditResult.Denied) return;
    const params = (request.params ?? {}) as { name?: string; tool?: string };
    const route = request.routeOptions.url ?? "(no such path)";
    audit.record({
      time: Date.now(),
      kind: "rest",
      request: request.id,
      principal: request.principal?.name,
      server: request.audited?.server ?? params.name,
      method: `${request.method} ${route}`,
      tool: params.tool,
      arguments: request.audited?.arguments,
      result,
      code: status,
      ms: Math.round(reply.elapsedTime * 1_000) / 1_000,
    });
  });
}
