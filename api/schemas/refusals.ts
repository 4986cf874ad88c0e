import { z } from "zod";
import { RefusalKind } from "../refusal-kind";
import { fragmentSchema, time } from "./parts";

export const refusalsSchema = z
  .object({
    items: z.array(
      z.object({
        kind: z.enum(RefusalKind),
        what: z.string().describe("The host, the path or the limit; empty when the server's words do not name it"),
        why: z.string(),
        source: z
          .enum(["proxy", "log", "answer", "kernel"])
          .describe("Who tells: the egress proxy, the server's log, the error of a tool, the kernel's counters"),
        count: z.int().describe("How often; of processor: seconds that it waited"),
        last: time.optional().describe("Absent where something only counts"),
        add: fragmentSchema.optional().describe("What in the manifest would allow it; absent where nothing would"),
      }),
    ),
    add: fragmentSchema.describe("All of it together"),
  })
  .meta({ id: "ServerRefusals" });
