import { z } from "zod";

export const arrivalSchema = z
  .object({
    id: z.string().describe("The request's id: its own X-Request-Id, or a new one"),
    client: z.string().describe("The client's address, as the audit log has it"),
    peer: z.string().describe("The address at the other end of the connection: the client, or a proxy"),
    trusted: z.boolean().describe("Whether the peer is one of trustedProxies, whose X-Forwarded-For counts"),
    host: z.string().describe("The Host header"),
    path: z.string().describe("Without the path of publicUrl"),
    headers: z
      .record(z.string(), z.string())
      .describe("Every header by its name in small letters. Of those that may hold a secret the value is left out"),
  })
  .meta({ id: "Arrival" });
