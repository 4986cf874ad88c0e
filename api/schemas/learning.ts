import { z } from "zod";
import { bytes, fragmentSchema, time } from "./parts";

/** A throwaway copy of a server that learns. */
export const learningSchema = z
  .object({
    server: z.string(),
    copy: z.string().describe("Its name: it is a server of its own until it ends"),
    url: z.string().describe("Where clients reach it, by Streamable HTTP"),
    until: time.describe("When it is removed"),
  })
  .meta({ id: "Learning" });

export const learnedSchema = learningSchema
  .extend({
    needed: fragmentSchema.describe("The smallest part of a manifest that would have allowed all that it did"),
    add: fragmentSchema.describe("What of it the server's manifest lacks"),
    unused: z.array(z.string()).describe("Lines of egress that nothing was asked of"),
    notes: z.array(z.string()).describe("What no line of a manifest tells"),
    peaks: z.object({
      memory: bytes.describe("Bytes, those in /tmp and /dev/shm included"),
      shared: bytes.describe("Bytes in /tmp and /dev/shm; 0 where the kernel does not tell"),
      processes: z.int().describe("Processes and threads"),
      cpus: z.number().describe("Processors, over five seconds"),
    }),
  })
  .meta({ id: "Learned" });
