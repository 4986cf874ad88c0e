import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { AuditResult } from "../../api/audit-result";
import { auditDenial } from "../audit/denial";
import type { Audit } from "../audit/entry";

/** Methods that change nothing. */
const READS = new Set(["GET", "HEAD", "OPTIONS"]);

function resultOf(status: number): AuditResult {
  if (status < 400) return AuditResult.Ok;
  if (status === 401 || status === 403) return AuditResult.Denied;
  return status === 504 ? AuditResult.Timeout : AuditResult.Error;
}

function auditOne(audit: Audit, request: FastifyRequest, reply: FastifyReply): void {
  const { client, principal, audited, method, id } = request;
  const { url = "(no such path)", config } = request.routeOptions;
  const named = `${method} ${url}`;
  const status = reply.statusCode;
  if (!principal) {
    if (config.access !== "public") auditDenial(audit, { request: id, client, method: named }, status);
    return;
  }
  const result = audited?.result ?? resultOf(status);
  if (READS.has(method) && result !== AuditResult.Denied) return;
  const params = (request.params ?? {}) as { name?: string; tool?: string };
  audit.record({
    time: Date.now(),
    kind: "rest",
    request: id,
    principal: principal.name,
    client,
    server: audited?.server ?? params.name,
    method: named,
    tool: params.tool,
    token: audited?.token,
    arguments: audited?.arguments,
    result,
    code: status,
    ms: Math.round(reply.elapsedTime * 1_000) / 1_000,
  });
}

/** Records every change and every denied request in the audit log, once it is answered. */
export function auditChanges(app: FastifyInstance, audit: Audit): void {
  app.addHook("onResponse", async (request, reply) => auditOne(audit, request, reply));
}
