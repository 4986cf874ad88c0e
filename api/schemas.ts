import { z } from "zod";
import { AuditResult } from "./audit-result";
import { ServerStatus } from "./server-status";

// What the API answers, in zod: Fastify sends nothing that is not here, and the OpenAPI description is made from it.

const time = z.iso.datetime({ offset: true }).describe("RFC 3339");
const bytes = z.number().describe("Bytes");
/** A component that is described elsewhere: the schema of server.yaml takes its place in the OpenAPI description. */
export const MANIFEST_ID = "Manifest";
export const manifestSchema = z
  .record(z.string(), z.unknown(), "a manifest, as in server.yaml")
  .meta({ id: MANIFEST_ID });

/** A list's page. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next: z.string().optional().describe("Cursor of the next page; absent on the last"),
  });
}

export const serverSchema = z
  .object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    version: z.string(),
    status: z.enum(ServerStatus),
    health: z.enum(["healthy", "unhealthy", "starting", "none"]).describe("none: nothing runs that could be asked"),
    reason: z.string().optional().describe("What is wrong, in words"),
    managedBy: z.enum(["pulumi", "api"]).describe("pulumi: declared in the catalog. api: deployed through this API"),
    transport: z.string().describe("How the server behind the gateway speaks MCP"),
    url: z.string().describe("Where clients reach it, by Streamable HTTP"),
    sessions: z.int().describe("Open sessions"),
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
    container: z.object({ id: z.string(), name: z.string() }),
    image: z.object({
      id: z.string(),
      digest: z.string().optional().describe("Repository digest, when the image came from a registry"),
    }),
    startedAt: time.optional(),
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

const toolSchema = z
  .object({
    name: z.string(),
    digest: z.string().describe("SHA-256 of the definition's canonical JSON, hex"),
    approval: z.enum(["approved", "changed", "new"]),
    visible: z.boolean().describe("False when the manifest's filter, or a blocked change, hides it from clients"),
    mcpName: z.string().optional().describe("Its name on /mcp; absent where it is left out there"),
    problem: z.string().optional().describe("Why it is left out on /mcp: a client would refuse the whole list"),
    definition: z.record(z.string(), z.unknown()).describe("As the server sent it"),
  })
  .meta({ id: "Tool" });
export const toolsSchema = z.object({ items: z.array(toolSchema) });

export const logLineSchema = z
  .object({ time: z.string().describe("RFC 3339"), stream: z.enum(["stdout", "stderr"]), line: z.string() })
  .meta({ id: "LogLine" });

export const sessionSchema = z
  .object({
    id: z.string().describe("For DELETE /v1/sessions/{id}; not usable as an MCP session"),
    server: z.string().optional().describe("Absent: a session with all servers"),
    principal: z.string(),
    client: z.object({ name: z.string(), version: z.string().optional() }).optional(),
    protocolVersion: z.string().optional(),
    openedAt: time,
    lastUsedAt: time,
    inFlight: z.int(),
    streams: z.int(),
  })
  .meta({ id: "Session" });

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
        kind: z.enum(["container", "image", "network", "volume"]),
        id: z.string(),
        name: z.string(),
        reason: z.string().describe("Why nobody owns it"),
        bytes: bytes.optional().describe("Bytes it has, as far as Docker knows"),
        error: z.string().optional().describe("Why it could not be removed"),
      }),
    ),
  })
  .meta({ id: "Cleanup" });

export const auditEntrySchema = z
  .object({
    time,
    kind: z.enum(["mcp", "rest", "auth"]),
    request: z.string(),
    principal: z.string().optional(),
    session: z.string().optional().describe("The first 8 characters of its id"),
    server: z.string().optional(),
    method: z.string(),
    tool: z.string().optional(),
    arguments: z.unknown().optional().describe("Redacted as configured"),
    result: z.enum(AuditResult),
    code: z.int().optional().describe("HTTP status or JSON-RPC error code"),
    ms: z.number().describe("Duration in milliseconds"),
  })
  .meta({ id: "AuditEntry" });
