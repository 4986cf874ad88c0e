import { z } from "zod";
import { auditEntrySchema } from "./audit";

const spanSchema = z.object({
  part: z
    .enum(["client", "gateway", "server"])
    .describe("client: sends its request. gateway: checks, finds or starts a process, rewrites. server: works on it"),
  start: z.number().describe("Milliseconds from the arrival of the request's first bytes"),
  ms: z.number().describe("Duration in milliseconds"),
});

/** One MCP request, and where its time went. */
export const callTraceSchema = auditEntrySchema
  .omit({ kind: true, arguments: true, token: true })
  .extend({
    traceparent: z.string().optional().describe("The client's span, as W3C Trace Context"),
    spans: z.array(spanSchema).describe("One after the other; together they last as long as the request"),
  })
  .meta({ id: "CallTrace" });

export type CallTrace = z.output<typeof callTraceSchema>;
