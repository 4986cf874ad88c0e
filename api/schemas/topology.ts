import { z } from "zod";
import { ServerStatus } from "../server-status";

const mountSchema = z.object({
  kind: z
    .enum(["folder", "volume", "storage"])
    .describe("folder: lent by the host. volume: shared by servers. storage: the server's own"),
  name: z.string(),
  path: z.string().describe("Where the server has it"),
  readOnly: z.boolean(),
});

const placedSchema = z
  .object({
    name: z.string(),
    status: z.enum(ServerStatus),
    managedBy: z.enum(["pulumi", "api"]),
    network: z
      .object({ name: z.string(), subnet: z.string() })
      .optional()
      .describe("Its own network; absent: it has none, and speaks by a socket"),
    mounts: z.array(mountSchema),
    companions: z.array(
      z.object({
        name: z.string(),
        status: z.enum(ServerStatus),
        shared: z.boolean().optional().describe("A service of the catalog that other servers may use too"),
      }),
    ),
    database: z.boolean().describe("It reaches the PostgreSQL database"),
    egress: z.array(z.string()).describe("What it may reach outside, by the egress proxy, as host:port"),
  })
  .meta({ id: "PlacedServer" });

export const topologySchema = z
  .object({
    stack: z.string(),
    engine: z
      .object({ version: z.string(), kernel: z.string() })
      .optional()
      .describe("Absent while the engine does not answer"),
    servers: z.array(placedSchema),
  })
  .meta({ id: "Topology" });

export type Topology = z.output<typeof topologySchema>;
export type PlacedServer = z.output<typeof placedSchema>;
