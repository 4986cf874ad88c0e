import { z } from "zod";
import { bytes, time } from "./parts";

export const engineSchema = z
  .object({
    version: z.string(),
    apiVersion: z.string(),
    os: z.string(),
    kernel: z.string(),
    architecture: z.string(),
    cgroupVersion: z.string(),
    storageDriver: z.string(),
    liveRestore: z.boolean().describe("Containers survive a restart of the daemon"),
    cpus: z.int(),
    memory: bytes,
    containers: z.object({ running: z.int(), paused: z.int(), stopped: z.int() }),
    images: z.int(),
    isolation: z
      .array(z.string())
      .describe(
        "What the daemon puts around every container, in Docker's words, as `seccomp (builtin)`. What is around the engine " +
          "itself only its host knows: `bin/dind-mcp status`",
      ),
    certificates: z
      .object({ server: time.optional(), client: time.optional() })
      .describe("When the certificates of the engine's API end; absent: it cannot be read"),
    disk: z
      .object({ time, images: bytes, containers: bytes, volumes: bytes, buildCache: bytes })
      .optional()
      .describe("Absent while Docker still counts"),
  })
  .meta({ id: "Engine" });

export const cleanupSchema = z
  .object({
    dryRun: z.boolean(),
    items: z.array(
      z.object({
        kind: z.enum(["container", "image", "network", "storage", "volume"]),
        id: z.string(),
        name: z.string(),
        reason: z.string().describe("Why nobody owns it"),
        bytes: bytes.optional().describe("Bytes it has, as far as Docker knows"),
        error: z.string().optional().describe("Why it could not be removed"),
      }),
    ),
  })
  .meta({ id: "Cleanup" });
