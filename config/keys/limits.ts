import { whole } from "../../lib/schema-parts";
import { key } from "../key";

/** What clients may use of it. */
export const limitKeys = {
  maxSessions: key(whole(1, 100_000).default(1_000), {
    meaning: "MCP sessions of all clients together.",
    example: 200,
    orchestrator: "limits.sessions",
  }),
  requestsPerMinute: key(whole(0, 1_000_000).default(0), {
    meaning: "Requests a minute for each token.",
    byDefault: "no limit",
    example: 600,
    orchestrator: "limits.requestsPerMinute",
  }),
};
