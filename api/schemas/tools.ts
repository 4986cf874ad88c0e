import { z } from "zod";

const toolSchema = z
  .object({
    name: z.string(),
    digest: z.string().describe("SHA-256 of the definition's canonical JSON, hex"),
    approval: z.enum(["approved", "changed", "new"]),
    visible: z.boolean().describe("False when the manifest's filter, or a blocked change, hides it from clients"),
    mcpName: z.string().optional().describe("Its name on /mcp; absent where it is left out there"),
    problem: z.string().optional().describe("Why it is left out of lists: a client would refuse the whole list"),
    definition: z.record(z.string(), z.unknown()).describe("As the server sent it"),
    approvedDefinition: z
      .record(z.string(), z.unknown())
      .optional()
      .describe("Of a changed tool, the definition that is approved; absent where it was too large to be kept"),
  })
  .meta({ id: "Tool" });
export const toolsSchema = z.object({ items: z.array(toolSchema) });
