import { whole } from "../../lib/schema-parts";
import { MEBIBYTE, parseBytes } from "../../lib/sizes";
import { key } from "../key";
import { text } from "../parts";

const isBuffer = (size: string): boolean => {
  const bytes = parseBytes(size) ?? 0;
  return bytes >= 8 * MEBIBYTE && bytes <= 96 * MEBIBYTE; // the orchestrator has 384 MiB for all that it does
};

/** What clients may use of it. */
export const limitKeys = {
  maxSessions: key(whole(1, 100_000).default(1_000), {
    meaning: "MCP sessions of all clients together.",
    example: 200,
    orchestrator: "limits.sessions",
  }),
  maxSessionsPerToken: key(whole(0, 100_000).default(0), {
    meaning: "MCP sessions of one token or OAuth subject.",
    byDefault: "as many as there are places",
    more: "As many subscriptions of clients without sessions. When all are in use, a token without one gets a place of the token with most.",
    example: 50,
    orchestrator: "limits.sessionsPerToken",
  }),
  maxCallsPerToken: key(whole(1, 100_000).default(500), {
    meaning: "Requests of one token or OAuth subject that may wait for an answer at a time.",
    example: 100,
    orchestrator: "limits.callsPerToken",
  }),
  requestsPerMinute: key(whole(0, 1_000_000).default(0), {
    meaning: "Requests a minute for each token.",
    byDefault: "no limit",
    example: 600,
    orchestrator: "limits.requestsPerMinute",
  }),
  maxBuffered: key(text.refine(isBuffer, "a size from 8m to 96m").default("72m"), {
    kind: "size",
    meaning: "Messages that wait in the gateway, of all servers and clients together.",
    more: "A message larger than that ends its session.",
    example: "48m",
    orchestrator: "limits.bufferedBytes",
  }),
};
