import { resolve } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { CatalogServer } from "../../manifest/catalog";
import { containerName, containerSpec } from "../../manifest/container/container-spec";
import { Label } from "../../manifest/container/labels";
import { builtImage } from "../built-image";
import { type Labels, labelList } from "../labels";
import { REPLACED } from "../replaced";
import { VolumeFiles } from "../volume-files";
import { containerArgs } from "./container-args";
import type { InnerNetworks } from "./networks";

export interface McpServerArgs {
  /** The server's manifest and folder, from the catalog. */
  server: CatalogServer;
  /** Values of its secrets by name; wrapped as secrets here. */
  secrets: Record<string, pulumi.Input<string>>;
  networks: InnerNetworks;
  /** What has to answer before the server's container starts. Its image and volumes do not wait for it. @default [] */
  startAfter?: pulumi.Resource[];
  /** "project/stack", for the container's label. */
  stack: string;
  /** Image of the container that carries the secret files. */
  carrierImage: pulumi.Input<string>;
  /** Keep the image when the stack is destroyed. */
  keepImage: boolean;
  labels: Labels;
}

/** One MCP server: its image, the volume of its session socket, its secret files, and its hardened container. */
export class McpServer extends pulumi.ComponentResource {
  public readonly containerName: pulumi.Output<string>;
  public readonly imageId: pulumi.Output<string>;

  constructor(name: string, args: McpServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:McpServer", name, {}, opts);
    const { manifest, folder } = args.server;
    const prefix = containerName(manifest.name);
    const image = manifest.build
      ? builtImage(
          `${name}-image`,
          {
            repository: prefix,
            context: resolve(folder, manifest.build.context),
            dockerfile: manifest.build.dockerfile,
            target: manifest.build.target,
            buildArgs: manifest.build.args,
            keep: args.keepImage,
          },
          { parent: this },
        )
      : new docker.RemoteImage(`${name}-image`, { name: manifest.image ?? "", keepLocally: true }, { parent: this });

    const spec = containerSpec(manifest, { image: manifest.image ?? prefix, stack: args.stack });
    const volumes = Object.fromEntries(
      spec.volumes.map((volume) => [
        volume.name,
        new docker.Volume(
          `${name}-${volume.name.replace(`${prefix}-`, "")}`,
          { name: volume.name, driver: volume.driver, driverOpts: volume.options, labels: labelList(args.labels) },
          { parent: this, deleteBeforeReplace: true },
        ).name,
      ]),
    );
    const secretsVolume = volumes[`${prefix}-secrets`];
    const secretFiles = secretsVolume
      ? new VolumeFiles(
          `${name}-secret-files`,
          {
            containerName: `${prefix}-secret-files`,
            image: args.carrierImage,
            volumeName: secretsVolume,
            files: Object.fromEntries(
              spec.secretFiles.flatMap(({ name: secret, file }) => {
                const value = args.secrets[secret];
                return value === undefined ? [] : [[file.replace("/run/secrets/", ""), value]];
              }),
            ),
            uid: manifest.user,
            labels: args.labels,
          },
          { parent: this },
        )
      : undefined;

    const container = new docker.Container(
      name,
      containerArgs(spec, {
        image: image.imageId,
        network: spec.network && args.networks.named(spec.network.name),
        volumes,
        // Nobody reads it. It makes a changed secret a changed container, and tells nothing about the secret.
        labels: secretFiles ? { [Label.SecretsRevision]: secretFiles.revision } : {},
      }),
      { parent: this, dependsOn: args.startAfter, ...REPLACED },
    );
    this.containerName = container.name;
    this.imageId = image.imageId;
    this.registerOutputs({ containerName: this.containerName, imageId: this.imageId });
  }
}
