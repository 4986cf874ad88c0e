import { z } from "zod";

export const logLineSchema = z
  .object({ time: z.string().describe("RFC 3339"), stream: z.enum(["stdout", "stderr"]), line: z.string() })
  .meta({ id: "LogLine" });
