import { z } from "zod";
import { time } from "./parts";

export const discoverySchema = z
  .object({
    consul: z
      .object({
        address: z.string().describe("The agent's HTTP API"),
        state: z
          .enum(["starting", "registered", "failing"])
          .describe("registered: at the last comparison, seconds ago, the agent had the fleet as it is"),
        since: time.describe("When that began"),
        reason: z.string().optional().describe("Why it fails"),
        services: z
          .array(
            z.object({
              id: z.string(),
              name: z.string().describe("The name to look for in Consul"),
              server: z.string().optional().describe("Absent: the URL of all servers"),
              health: z.enum(["passing", "warning", "critical"]),
            }),
          )
          .describe("The fleet's services that the agent has, as last seen; those that the token may use"),
      })
      .optional()
      .describe("Absent when the config names no Consul"),
  })
  .meta({ id: "Discovery" });
