import { join } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Label, Role } from "../../manifest/container/labels";
import { builtImage } from "../built-image";
import { containerLabelList, type Labels } from "../labels";
import { REPLACED } from "../replaced";
import { hardened, healthcheck, SYSTEM_UIDS } from "./hardened";
import { secretVolume } from "./secret-volume";

/** Where servers reach the database, and as whom. */
export const DATABASE = { host: "database", port: 5432, name: "mcp", reader: "mcp_reader" } as const;

export interface DatabaseArgs {
  /** Networks of the servers that use the database. */
  networks: pulumi.Input<string>[];
  /** Image of the container that carries the secret files. */
  carrierImage: pulumi.Input<string>;
  /** Keep the image when the stack is destroyed. */
  keepImage: boolean;
  labels: Labels;
}

/** The embedded PostgreSQL: its data on the stack's own volume, one role that servers use and that cannot write. */
export class Database extends pulumi.ComponentResource {
  /** Secret: how a server reaches the database, as the reading role. */
  public readonly readerDsn: pulumi.Output<string>;

  constructor(name: string, args: DatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:Database", name, {}, opts);
    // Letters and digits only: it is part of a URL. The superuser has no password, it logs in over its own socket only.
    const password = new random.RandomPassword(
      `${name}-reader-password`,
      { length: 32, special: false },
      { parent: this },
    ).result;
    const image = builtImage(
      `${name}-image`,
      {
        repository: "mcp-database",
        context: join(__dirname, "../../images/postgres"),
        keep: args.keepImage,
      },
      { parent: this },
    );
    const secrets = secretVolume(
      name,
      {
        container: "mcp-database",
        files: { "reader-password": password },
        uid: SYSTEM_UIDS.database,
        carrierImage: args.carrierImage,
        labels: args.labels,
      },
      this,
    );
    new docker.Container(
      name,
      {
        ...hardened({ uid: SYSTEM_UIDS.database, memoryMiB: 720, cpus: "1.0", processes: 100 }),
        name: "mcp-database",
        image: image.imageId,
        tmpfs: { "/tmp": "size=16m,mode=1777" },
        networksAdvanced: args.networks.map((network) => ({ name: network, aliases: [DATABASE.host] })),
        volumes: [
          { hostPath: "/srv/mcp/postgres", containerPath: "/var/lib/postgresql/data" },
          { volumeName: secrets.volumeName, containerPath: "/run/secrets", readOnly: true },
        ],
        healthcheck: healthcheck("1m0s"),
        wait: true,
        waitTimeout: 120,
        destroyGraceSeconds: 30,
        labels: containerLabelList({
          ...args.labels,
          [Label.Role]: Role.Database,
          ...secrets.labels,
        }),
      },
      { parent: this, ...REPLACED },
    );
    this.readerDsn = pulumi.secret(
      pulumi.interpolate`postgres://${DATABASE.reader}:${password}@${DATABASE.host}:${DATABASE.port}/${DATABASE.name}?sslmode=disable`,
    );
    this.registerOutputs({ readerDsn: this.readerDsn });
  }
}
