import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { CatalogServer } from "../../mcp/catalog";
import { containerName } from "../../mcp/container-spec";
import { needsNetwork } from "../../mcp/manifest";
import { hostAt, serverSubnet } from "../../mcp/subnets";
import { builtImage } from "../built-image";
import type { Labels } from "../labels";
import { Database } from "./database";
import { DatabaseRelay } from "./database-relay";
import { EgressProxy } from "./egress-proxy";
import { SYSTEM_UIDS } from "./hardened";
import { McpServer } from "./mcp-server";
import { InnerNetworks } from "./networks";

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
  /** "project/stack". */
  stack: string;
  /** Keep built images when the stack is destroyed. */
  keepImages: boolean;
  labels: Labels;
}

/** All that is inside the engine: networks, database, egress proxy, servers. */
export class Fleet extends pulumi.ComponentResource {
  public readonly servers: Record<string, McpServer>;

  constructor(name: string, args: FleetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:Fleet", name, {}, opts);
    const manifests = args.servers.map(({ manifest }) => manifest);
    const networks = new InnerNetworks(
      "networks",
      {
        networks: [
          OUTBOUND,
          ...manifests.filter(needsNetwork).map((manifest) => ({
            name: containerName(manifest.name),
            ...serverSubnet(manifest.user),
            internal: true,
          })),
        ],
        labels: args.labels,
      },
      { parent: this },
    );
    const carrier = builtImage(
      "carrier-image",
      { repository: "mcp-carrier", context: join(__dirname, "../../images/carrier"), keep: args.keepImages },
      { parent: this },
    );
    const common = { carrierImage: carrier.imageId, keepImage: args.keepImages, labels: args.labels };
    const networkOf = ({ name: server }: { name: string }) => networks.named(containerName(server));

    const readers = manifests.filter(({ database }) => database);
    const database = readers.length > 0 ? this.database(args, common, readers.map(networkOf), networks) : undefined;

    const leaving = manifests.filter(({ egress }) => egress.length > 0);
    const egress =
      leaving.length > 0
        ? new EgressProxy(
            "egress",
            {
              ...common,
              rules: leaving.map((m) => ({ server: m.name, subnet: serverSubnet(m.user).subnet, egress: m.egress })),
              serverNetworks: leaving.map(networkOf),
              outboundNetwork: networks.named(OUTBOUND.name),
              outboundAddress: PROXY_ADDRESS,
            },
            { parent: this },
          )
        : undefined;

    this.servers = Object.fromEntries(
      args.servers.map((server) => {
        const { manifest } = server;
        const dsn: Record<string, pulumi.Input<string>> = database && manifest.database
          ? { dsn: database.readerDsn }
          : {};
        const needs = [manifest.database && database, manifest.egress.length > 0 && egress].filter((r) => !!r);
        const component = new McpServer(
          manifest.name,
          { server, networks, stack: args.stack, secrets: { ...args.secrets[manifest.name], ...dsn }, ...common },
          { parent: this, dependsOn: needs },
        );
        return [manifest.name, component];
      }),
    );
    this.registerOutputs({});
  }

  /** The embedded database, or the way to an external one. */
  private database(
    { databaseDsn }: FleetArgs,
    common: { carrierImage: pulumi.Output<string>; keepImage: boolean; labels: Labels },
    readers: pulumi.Output<string>[],
    networks: InnerNetworks,
  ): Database | DatabaseRelay {
    if (!databaseDsn) return new Database("database", { ...common, networks: readers }, { parent: this });
    const relay = {
      dsn: databaseDsn,
      networks: readers,
      outboundNetwork: networks.named(OUTBOUND.name),
      outboundAddress: RELAY_ADDRESS,
    };
    return new DatabaseRelay("database-relay", { ...common, ...relay }, { parent: this });
  }
}
