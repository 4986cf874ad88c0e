import { z } from "zod";
import { ServerStatus } from "../server-status";
import { bytes, manifestSchema, time } from "./parts";
import { authorizationSchema } from "./sign-in";

export const serverSchema = z
  .object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    version: z.string(),
    status: z.enum(ServerStatus),
    health: z.enum(["healthy", "unhealthy", "starting", "none"]).describe("none: nothing runs that could be asked"),
    reason: z.string().optional().describe("What is wrong, in words"),
    authorization: authorizationSchema.optional().describe("Of a remote server that somebody signs in to"),
    managedBy: z.enum(["pulumi", "api"]).describe("pulumi: declared in the catalog. api: deployed through this API"),
    transport: z.string().describe("How the server behind the gateway speaks MCP"),
    url: z.string().describe("Where clients reach it, by Streamable HTTP"),
    startedAt: time.optional().describe("When its container was started"),
    limits: z.object({ cpus: z.number(), memory: bytes }).describe("Processors and bytes that it may use at most"),
    sessions: z.int().describe("Open sessions"),
    storage: z
      .array(
        z.object({
          name: z.string(),
          path: z.string().describe("Where the server has it"),
          size: bytes.describe("Bytes it may hold"),
          used: bytes.optional().describe("Bytes it holds, as last measured"),
        }),
      )
      .describe("Folders of its own that outlive it"),
  })
  .meta({ id: "Server" });

/** The answer to a deployment. */
export const deployedSchema = serverSchema
  .extend({ change: z.enum(["created", "replaced", "none"]).describe("none: it ran already, exactly so") })
  .meta({ id: "DeployedServer" });

export const statsSchema = z
  .object({
    time,
    cpuSeconds: z.number().describe("Processor time since the container started"),
    memory: z.object({ usage: bytes, limit: bytes }),
    processes: z.int().describe("Processes and threads"),
    network: z.object({ received: bytes, sent: bytes }).describe("Since the start; 0 without a network"),
  })
  .meta({ id: "ServerStats" });

export const serverDetailSchema = serverSchema
  .extend({
    container: z.object({ id: z.string(), name: z.string() }).optional().describe("Absent for a remote server"),
    remote: z
      .object({ url: z.string(), protocol: z.enum(["streamable-http", "sse"]) })
      .optional()
      .describe("Where a server is that runs elsewhere"),
    companions: z
      .array(
        z.object({
          name: z.string().describe("The host name by which the server reaches it"),
          container: z.string(),
          shared: z.boolean().optional().describe("A service of the catalog that other servers may use too"),
          status: z.enum(ServerStatus),
          reason: z.string().optional().describe("What is wrong, in words"),
        }),
      )
      .describe("Containers beside it: databases, caches. The server's own, and the shared services that it uses"),
    secrets: z
      .array(
        z.object({
          name: z.string(),
          held: z
            .enum(["server", "proxy", "gateway"])
            .describe("server: it has the value. proxy: the egress proxy puts it in. gateway: sent to a remote server"),
          host: z.string().optional().describe("host:port that the proxy puts it in for"),
        }),
      )
      .describe("Its secrets, and who has their values"),
    image: z
      .object({
        id: z.string(),
        digest: z.string().optional().describe("Repository digest, when the image came from a registry"),
        created: time.optional().describe("When the image was made; absent when it does not say"),
      })
      .optional()
      .describe("Absent for a remote server"),
    restarts: z.int().describe("By Docker's policy, since the container was made"),
    oomKills: z.int().describe("Processes killed for memory, since the orchestrator started"),
    usage: z
      .object({
        sessions: z.int(),
        connections: z.int().describe("Processes of a stdio server, upstream sessions of an HTTP one"),
        idle: z.int().describe("Of these: ready, waiting for a client"),
        inFlight: z.int().describe("Calls without an answer yet"),
        cap: z.int().describe("Sessions that may be open at the same time"),
      })
      .describe("What the gateway holds of it"),
    stats: statsSchema.optional(),
    tools: z
      .object({
        approved: z.int(),
        changed: z.int().describe("Another definition than the approved one"),
        new: z.int().describe("Not approved yet"),
        hidden: z.int().describe("Of all: not shown to clients"),
      })
      .optional()
      .describe("Absent when the server did not tell within two seconds"),
    manifest: manifestSchema,
  })
  .meta({ id: "ServerDetail" });
