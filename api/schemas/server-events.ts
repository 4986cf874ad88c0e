import { z } from "zod";
import { time } from "./parts";

/** What happens to a server, as `GET /v1/events` calls it; `server.asked`: somebody asked for an action. */
export const SERVER_EVENTS = [
  ...["server.added", "server.removed", "server.started", "server.stopped"],
  ...["server.healthy", "server.unhealthy", "server.oom", "server.asked"],
] as const;

export const serverEventSchema = z
  .object({
    time,
    type: z.enum(SERVER_EVENTS),
    reason: z.string().optional().describe("Why, in words, where that is known"),
    action: z.enum(["start", "stop", "restart"]).optional().describe("What was asked for"),
    by: z.string().optional().describe("Name of the token that asked"),
    late: z
      .literal(true)
      .optional()
      .describe("It happened while the orchestrator was away, at this time at the latest"),
  })
  .meta({ id: "ServerEvent" });
