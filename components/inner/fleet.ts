import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { hostAt } from "../../lib/addresses";
import type { CatalogServer } from "../../manifest/catalog";
import { containerName, serverNetwork } from "../../manifest/container/container-spec";
import { serverSubnet } from "../../manifest/container/subnets";
import { DATABASE_SECRET } from "../../manifest/rules";
import type { Manifest } from "../../manifest/types";
import { builtImage } from "../built-image";
import type { Labels } from "../labels";
import { Database } from "./database";
import { DatabaseRelay } from "./database-relay";
import { EgressProxy } from "./egress-proxy";
import { SYSTEM_UIDS } from "./hardened";
import { McpServer } from "./mcp-server";
import { InnerNetworks } from "./networks";
import { GATEWAY, Orchestrator, type OrchestratorArgs } from "./orchestrator";

/** The way out of the engine, for the egress proxy and the database relay alone. */
export const OUTBOUND = { name: "mcp-outbound", ...serverSubnet(SYSTEM_UIDS.egress), internal: false };
const PROXY_ADDRESS = hostAt(OUTBOUND.subnet, 2);
/** The one inner address that may reach private addresses outside the engine: an operator's own database. */
export const RELAY_ADDRESS = hostAt(OUTBOUND.subnet, 3);

export interface FleetArgs {
  servers: CatalogServer[];
  /** Values of the servers' secrets, by server and name. */
  secrets: Record<string, Record<string, string>>;
  /** External PostgreSQL; empty = the embedded one. Secret. */
  databaseDsn: string;
  orchestrator: Pick<OrchestratorArgs, "config" | "dockerApi" | "tokens" | "ports" | "processors">;
  /** "project/stack". */
  stack: string;
  /** Keep built images when the stack is destroyed. */
  keepImages: boolean;
  labels: Labels;
}

/** What every part of the fleet is given. */
interface Common {
  carrierImage: pulumi.Output<string>;
  keepImage: boolean;
  labels: Labels;
}

function networksOf(manifests: Manifest[], networks: InnerNetworks): pulumi.Output<string>[] {
  return manifests.map(({ name }) => networks.named(containerName(name)));
}

/** All that is inside the engine: networks, database, egress proxy, servers, and the orchestrator that clients talk to. */
export class Fleet extends pulumi.ComponentResource {
  public readonly orchestrator: Orchestrator;
  public readonly servers: Record<string, McpServer>;

  constructor(name: string, args: FleetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:Fleet", name, {}, opts);
    const manifests = args.servers.map(({ manifest }) => manifest);
    const networks = new InnerNetworks(
      "networks",
      {
        networks: [OUTBOUND, GATEWAY, ...manifests.flatMap((manifest) => serverNetwork(manifest) ?? [])],
        labels: args.labels,
      },
      { parent: this },
    );
    const carrier = builtImage(
      "carrier-image",
      { repository: "mcp-carrier", context: join(__dirname, "../../images/carrier"), keep: args.keepImages },
      { parent: this },
    );
    const common: Common = { carrierImage: carrier.imageId, keepImage: args.keepImages, labels: args.labels };
    // It waits for no server: it finds those that are there before it, and those that come later.
    this.orchestrator = new Orchestrator(
      "orchestrator",
      { ...common, ...args.orchestrator, network: networks.named(GATEWAY.name) },
      { parent: this },
    );
    const readers = manifests.filter(({ database }) => database);
    const database = readers.length > 0 ? this.database(readers, args.databaseDsn, common, networks) : undefined;
    const leaving = manifests.filter(({ egress }) => egress.length > 0);
    const egress = leaving.length > 0 ? this.egress(leaving, common, networks) : undefined;

    this.servers = Object.fromEntries(
      args.servers.map((server) => {
        const { manifest } = server;
        const dsn = manifest.database && database && { [DATABASE_SECRET]: database.readerDsn };
        const startAfter = [manifest.database && database, manifest.egress.length > 0 && egress].filter((one) => !!one);
        const component = new McpServer(
          manifest.name,
          {
            ...common,
            server,
            networks,
            startAfter,
            stack: args.stack,
            secrets: { ...args.secrets[manifest.name], ...dsn },
          },
          { parent: this },
        );
        return [manifest.name, component];
      }),
    );
    this.registerOutputs({});
  }

  /** The embedded database, or the way to an external one. */
  private database(
    readers: Manifest[],
    dsn: string,
    common: Common,
    networks: InnerNetworks,
  ): Database | DatabaseRelay {
    const joined = { ...common, networks: networksOf(readers, networks) };
    if (!dsn) return new Database("database", joined, { parent: this });
    const outbound = { outboundNetwork: networks.named(OUTBOUND.name), outboundAddress: RELAY_ADDRESS };
    return new DatabaseRelay("database-relay", { ...joined, ...outbound, dsn }, { parent: this });
  }

  /** The way out for the servers that have one. */
  private egress(leaving: Manifest[], common: Common, networks: InnerNetworks): EgressProxy {
    return new EgressProxy(
      "egress",
      {
        ...common,
        rules: leaving.map(({ name, user, egress }) => ({ server: name, subnet: serverSubnet(user).subnet, egress })),
        serverNetworks: networksOf(leaving, networks),
        outboundNetwork: networks.named(OUTBOUND.name),
        outboundAddress: PROXY_ADDRESS,
      },
      { parent: this },
    );
  }
}
