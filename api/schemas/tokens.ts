import { z } from "zod";
import { Scope } from "../scopes";

export const tokenInfoSchema = z
  .object({
    name: z.string(),
    scopes: z.array(z.enum(Scope)),
    servers: z.array(z.string()).optional().describe("Servers it is limited to; absent: all"),
    tools: z
      .object({ allow: z.array(z.string()).optional(), deny: z.array(z.string()).optional() })
      .optional()
      .describe("Tools it is limited to, as SERVER__TOOL; absent: all"),
  })
  .meta({ id: "TokenInfo" });

export const signInLinkSchema = z
  .object({ url: z.string(), seconds: z.int().describe("Seconds that it is good for") })
  .meta({ id: "SignInLink" });
