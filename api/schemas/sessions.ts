import { z } from "zod";
import { time } from "./parts";

export const sessionSchema = z
  .object({
    id: z.string().describe("For DELETE /v1/sessions/{id}; not usable as an MCP session"),
    server: z.string().optional().describe("Absent: a session with all servers"),
    principal: z.string(),
    client: z.object({ name: z.string(), version: z.string().optional() }).optional(),
    protocolVersion: z.string().optional(),
    openedAt: time,
    lastUsedAt: time,
    inFlight: z.int(),
    streams: z.int(),
  })
  .meta({ id: "Session" });
