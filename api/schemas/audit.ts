import { z } from "zod";
import { AuditResult } from "../audit-result";
import { time } from "./parts";

export const auditEntrySchema = z
  .object({
    time,
    kind: z.enum(["mcp", "rest", "auth"]),
    request: z.string(),
    principal: z.string().optional(),
    client: z.string().optional().describe("The client's address; behind a proxy, as trustedProxies says"),
    session: z.string().optional().describe("The first 8 characters of its id"),
    server: z.string().optional(),
    method: z.string(),
    tool: z.string().optional(),
    token: z.string().optional().describe("Principal's name of the token that was made or revoked"),
    arguments: z.unknown().optional().describe("Redacted as configured"),
    result: z.enum(AuditResult),
    code: z.int().optional().describe("HTTP status or JSON-RPC error code"),
    ms: z.number().describe("Duration in milliseconds"),
  })
  .meta({ id: "AuditEntry" });
