import { z } from "zod";
import { AuditResult } from "../../../api/audit-result";
import { auditEntrySchema } from "../../../api/schemas/audit";
import { pageOf } from "../../../api/schemas/parts";
import { Scope } from "../../../api/scopes";
import { jsonLine } from "../../../lib/json-line";
import { CSV_HEAD, csvRow } from "../../audit/csv";
import type { AuditEntry } from "../../audit/entry";
import { type AuditQuery, isCursor } from "../../audit/query";
import { Exports } from "../exports";
import { pageQuery } from "../pagination";
import { type App, principalOf, type RouteContext } from "./context";

const time = z.iso.datetime({ offset: true, error: "a time like 2026-11-24T10:00:00Z" });
const KINDS = ["mcp", "rest", "auth"] as const;

/** Exports at the same time: each reads the whole log. */
const EXPORTS = 2;
/** Entries that an export reads at a time. */
const AT_ONCE = 200;
const FORMATS = { jsonl: "application/jsonl; charset=utf-8", csv: "text/csv; charset=utf-8; header=present" } as const;
type Format = keyof typeof FORMATS;

const search = {
  since: time.optional().describe("Entries of this time and later"),
  until: time.optional().describe("Entries before this time"),
  kind: z.enum(KINDS, `one of ${KINDS.join(", ")}`).optional(),
  principal: z.string().optional().describe("Name of the token"),
  server: z.string().optional(),
  tool: z.string().optional(),
  result: z.enum(AuditResult, `one of ${Object.values(AuditResult).join(", ")}`).optional(),
};

const listQuery = z.strictObject({
  ...search,
  ...pageQuery,
  cursor: pageQuery.cursor.refine((text) => text === undefined || isCursor(text), "the `next` of the previous page"),
});

const exportQuery = z.strictObject({
  ...search,
  format: z
    .enum(["jsonl", "csv"], "jsonl or csv")
    .optional()
    .describe("By default csv when the header Accept asks for text/csv, else jsonl"),
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
        querystring: listQuery,
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
      return { items: entries.map(told), next };
    },
  );

  const exports = new Exports(EXPORTS);
  app.get(
    "/v1/audit/export",
    {
      config: { access: Scope.Read },
      exposeHeadRoute: false,
      schema: {
        tags: ["audit"],
        operationId: "exportAudit",
        summary: "All of the audit log that fits, as JSON lines or CSV",
        description:
          "Newest entry first. CSV is RFC 4180 with a line of heads; a text that a spreadsheet would take for a formula gets " +
          `a \`'\` before it. A transfer that breaks off is not whole. ${EXPORTS} at the same time; 503 above that.`,
        querystring: exportQuery,
        response: {
          200: {
            description: "The file",
            content: {
              "application/jsonl": { schema: z.unknown().describe("An AuditEntry on each line") },
              "text/csv": { schema: z.unknown().describe("A row for each entry") },
            },
          },
        },
      },
    },
    (request, reply) => {
      const { since, until, format: wanted, ...rest } = request.query;
      const format = wanted ?? (request.headers.accept?.includes("text/csv") ? "csv" : "jsonl");
      const { servers } = principalOf(request);
      const query = { ...rest, since: moment(since), until: moment(until), servers, limit: AT_ONCE };
      return exports.send(reply, exported(audit, query, format), FORMATS[format], `audit.${format}`);
    },
  );
}

/** An entry in the API's form. */
function told(entry: AuditEntry) {
  return { ...entry, time: new Date(entry.time).toISOString() };
}

/** Yields the file part by part, as fast as it is taken. */
async function* exported(
  audit: RouteContext["audit"],
  query: AuditQuery,
  format: Format,
): AsyncGenerator<string, void, undefined> {
  if (format === "csv") yield CSV_HEAD;
  for (let cursor: string | undefined; ; ) {
    const { entries, next } = await audit.query({ ...query, cursor });
    const lines = entries.map((entry) => (format === "csv" ? csvRow(told(entry)) : `${jsonLine(told(entry))}\n`));
    if (lines.length > 0) yield lines.join("");
    if (next === undefined) return;
    cursor = next;
  }
}
