import { z } from "zod";

const definition = z.record(z.string(), z.unknown());

/** What the tools of a newer version are, beside those of the version that runs. */
export const toolChangesSchema = z.object({
  added: z.array(z.string()),
  removed: z.array(z.string()),
  changed: z.array(z.object({ name: z.string(), before: definition, after: definition })),
  same: z.int().describe("How many are as they were"),
});

/** How a throwaway copy of a newer image did. */
export const rehearsalSchema = z
  .object({
    server: z.string(),
    healthy: z.boolean().describe("It became healthy, and listed its tools"),
    untried: z.string().optional().describe("Why there can be no copy of it, and so no rehearsal"),
    reason: z.string().optional().describe("Why not"),
    logs: z.array(z.string()).optional().describe("The last lines of its log, when it did not become healthy"),
    tools: toolChangesSchema.optional().describe("Absent when it, or the version that runs, lists none"),
  })
  .meta({ id: "Rehearsal" });
