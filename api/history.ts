import { z } from "zod";

/** Minutes that are kept of each server. */
export const HISTORY_MINUTES = 60;

const minuteSchema = z
  .object({
    time: z.string().describe("RFC 3339: the minute's end"),
    calls: z.int().describe("MCP requests that got their answer"),
    errors: z.int().describe("Of these: errors, time-outs, refusals and tools' own errors"),
    p95: z
      .number()
      .optional()
      .describe("Seconds within which 95 % of the tool calls ended, rounded up to a bucket's end"),
    cpu: z.number().optional().describe("Processors used, on average; absent when not measured"),
    memory: z.number().optional().describe("Bytes at the minute's end; absent when not measured"),
  })
  .meta({ id: "Minute" });

export const historySchema = z
  .object({
    server: z.string(),
    minutes: z.array(minuteSchema).describe(`At most ${HISTORY_MINUTES}, the oldest first`),
  })
  .meta({ id: "History" });
export type History = z.output<typeof historySchema>;
