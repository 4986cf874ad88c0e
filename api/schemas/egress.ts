import { z } from "zod";
import { time } from "./parts";

export const egressSchema = z
  .object({
    allowed: z.array(z.string()).describe("What the manifest lists"),
    since: z.string().optional().describe("RFC 3339: older requests are not known. Absent: nobody asked the proxy yet"),
    items: z.array(
      z.object({
        host: z.string().describe("As the server asked for it"),
        port: z.int(),
        outcome: z.enum(["allowed", "refused", "failed"]).describe("failed: it was allowed, and nobody answered"),
        reason: z.string().optional().describe("Why not; absent when it was allowed"),
        count: z.int().describe("Requests with that outcome"),
        lastHour: z.int().describe("Of these: in the last hour"),
        last: time,
        keys: z
          .array(z.string())
          .optional()
          .describe("Secrets that the proxy put into these requests (secrets[].inject); absent when none"),
        add: z.string().optional().describe("What in the manifest's egress would allow it; absent where nothing would"),
      }),
    ),
  })
  .meta({ id: "ServerEgress" });
