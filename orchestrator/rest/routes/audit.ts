import { z } from "zod";
import { AuditResult } from "../../../api/audit-result";
import { auditEntrySchema } from "../../../api/schemas/audit";
import { pageOf } from "../../../api/schemas/parts";
import { Scope } from "../../../api/scopes";
import { isCursor } from "../../audit/query";
import { pageQuery } from "../pagination";
import { type App, principalOf, type RouteContext } from "./context";

const time = z.iso.datetime({ offset: true, error: "a time like 2026-11-24T10:00:00Z" });
const KINDS = ["mcp", "rest", "auth"] as const;

const auditQuery = z.strictObject({
  since: time.optional().describe("Entries of this time and later"),
  until: time.optional().describe("Entries before this time"),
  kind: z.enum(KINDS, `one of ${KINDS.join(", ")}`).optional(),
  principal: z.string().optional().describe("Name of the token"),
  server: z.string().optional(),
  tool: z.string().optional(),
  result: z.enum(AuditResult, `one of ${Object.values(AuditResult).join(", ")}`).optional(),
  ...pageQuery,
  cursor: pageQuery.cursor.refine((text) => text === undefined || isCursor(text), "the `next` of the previous page"),
});

function moment(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text);
}

/** The audit log. */
export function auditRoutes(app: App, { audit }: RouteContext): void {
  app.get(
    "/v1/audit",
    {
      config: { access: Scope.Read },
      schema: {
        tags: ["audit"],
        operationId: "queryAudit",
        summary: "The audit log, newest entry first",
        querystring: auditQuery,
        response: { 200: pageOf(auditEntrySchema) },
      },
    },
    async (request) => {
      const { since, until, ...rest } = request.query;
      const { entries, next } = await audit.query({
        ...rest,
        since: moment(since),
        until: moment(until),
        servers: principalOf(request).servers,
      });
      return { items: entries.map((entry) => ({ ...entry, time: new Date(entry.time).toISOString() })), next };
    },
  );
}
