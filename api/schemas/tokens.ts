import { z } from "zod";
import { Scope } from "../scopes";
import { time } from "./parts";

const rights = {
  scopes: z.array(z.enum(Scope)),
  servers: z.array(z.string()).optional().describe("Servers it is limited to; absent: all"),
  tools: z
    .object({ allow: z.array(z.string()).optional(), deny: z.array(z.string()).optional() })
    .optional()
    .describe("Tools it is limited to, as SERVER__TOOL; absent: all"),
};

export const tokenInfoSchema = z.object({ name: z.string(), ...rights }).meta({ id: "TokenInfo" });

export const tokenSchema = z
  .object({
    name: z.string(),
    source: z.enum(["stack", "api"]).describe("stack: of the stack's config. api: made through this API"),
    principal: z.string().describe("Its name in the audit log and in the list of sessions"),
    label: z.string().optional().describe("What it is for, in its maker's words"),
    ...rights,
    createdAt: time.optional(),
    createdBy: z.string().optional().describe("Principal that made it"),
    expiresAt: time.optional().describe("From then on it is refused; absent: never"),
    lastUsedAt: time.optional().describe("Its last request, to the minute after a restart; absent: none is known"),
  })
  .meta({ id: "Token" });

export const madeTokenSchema = tokenSchema
  .extend({ token: z.string().describe("The bearer token itself. No other answer has it") })
  .meta({ id: "MadeToken" });

export const signInLinkSchema = z
  .object({ url: z.string(), seconds: z.int().describe("Seconds that it is good for") })
  .meta({ id: "SignInLink" });
