import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { Label, Role } from "../../manifest/container/labels";
import { containerLabelList, type Labels } from "../labels";
import { REPLACED } from "../replaced";
import { DATABASE } from "./database";
import { egressImage } from "./egress-image";
import { hardened, healthcheck, SYSTEM_UIDS } from "./hardened";

export interface DatabaseRelayArgs {
  /** Where the external database is: postgres://USER:PASSWORD@HOST:PORT/DATABASE. Secret. */
  dsn: string;
  /** Networks of the servers that use the database. */
  networks: pulumi.Input<string>[];
  /** The relay's way out of the engine. */
  outboundNetwork: pulumi.Input<string>;
  /** Its fixed address there, which may reach private addresses (the engine's PRIVATE_EGRESS_FROM). */
  outboundAddress: string;
  /** Keep the image when the stack is destroyed. */
  keepImage: boolean;
  labels: Labels;
}

/**
 * Leads to an external PostgreSQL: one TCP port of one host, under the name `database` in the servers' networks. The
 * servers themselves still cannot leave the engine.
 */
export class DatabaseRelay extends pulumi.ComponentResource {
  /** Secret: the DSN as the servers see it. */
  public readonly readerDsn: pulumi.Output<string>;

  constructor(name: string, args: DatabaseRelayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:DatabaseRelay", name, {}, opts);
    const { target, relayed } = relayDsn(args.dsn);
    const image = egressImage(`${name}-image`, "mcp-database-relay", args.keepImage, this);
    new docker.Container(
      name,
      {
        ...hardened({ uid: SYSTEM_UIDS.relay, memoryMiB: 64, cpus: "0.5", processes: 128 }),
        name: "mcp-database-relay",
        image: image.imageId,
        command: ["relay", String(DATABASE.port), target.host, String(target.port)],
        networksAdvanced: [
          { name: args.outboundNetwork, ipv4Address: args.outboundAddress },
          ...args.networks.map((network) => ({ name: network, aliases: [DATABASE.host] })),
        ],
        healthcheck: healthcheck("30s", "relay", String(DATABASE.port)),
        wait: true,
        waitTimeout: 60,
        destroyGraceSeconds: 5,
        labels: containerLabelList({ ...args.labels, [Label.Role]: Role.DatabaseRelay }),
      },
      { parent: this, ...REPLACED },
    );
    this.readerDsn = pulumi.secret(relayed);
    this.registerOutputs({ readerDsn: this.readerDsn });
  }
}

/** Returns where a DSN points, and the same DSN with the relay's address. */
export function relayDsn(dsn: string): { target: { host: string; port: number }; relayed: string } {
  const url = new URL(dsn);
  const target = { host: url.hostname, port: Number(url.port || DATABASE.port) };
  url.hostname = DATABASE.host;
  url.port = String(DATABASE.port);
  return { target, relayed: url.href };
}
