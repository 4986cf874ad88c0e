import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { CatalogServer } from "../../manifest/catalog";
import { containerName, containerSpec } from "../../manifest/container/container-spec";
import { Owner } from "../../manifest/container/labels";
import { serviceSpec, serviceStoring } from "../../manifest/container/service-spec";
import type { Service } from "../../manifest/service-types";
import type { Labels } from "../labels";
import { REPLACED } from "../replaced";
import { Companion } from "./companion";
import { containerArgs } from "./container-args";
import type { InnerNetworks } from "./networks";
import { imageFor, imageOf, unlessFailed, volumesFor } from "./server-parts";
import { storageFolders } from "./storage-folders";

export interface McpServerArgs {
  /** The server's manifest and folder, from the catalog. */
  server: CatalogServer;
  /** Values of its and its companions' secrets by name. The component marks them as secret. */
  secrets: Record<string, pulumi.Input<string>>;
  networks: InnerNetworks;
  /** The shared services that it uses: it starts when they can be used. @default [] */
  uses?: Companion[];
  /** What has to answer before the server's container starts. Its image and volumes do not wait for it. @default [] */
  startAfter?: pulumi.Resource[];
  /** "project/stack", for the container's label. */
  stack: string;
  /** Image of the containers that carry the secret files and make the storage folders. */
  carrierImage: pulumi.Input<string>;
  /** Keep the image when the stack is destroyed. */
  keepImage: boolean;
  labels: Labels;
}

/** One MCP server: its image, the volume of its session socket, its secret files, storage and companions, and its container. */
export class McpServer extends pulumi.ComponentResource {
  public readonly containerName: pulumi.Output<string>;
  public readonly imageId: pulumi.Output<string>;

  constructor(name: string, args: McpServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:McpServer", name, {}, opts);
    const { server, stack, carrierImage, labels } = args;
    const { manifest, folder } = server;
    const parent = { parent: this };
    const spec = containerSpec(manifest, { image: manifest.image ?? containerName(manifest.name), stack });
    const source = { ...manifest, folder, repository: spec.name, keep: args.keepImage };
    const image = imageFor(`${name}-image`, source, parent);
    const mounted = volumesFor(name, spec, { secrets: args.secrets, uid: manifest.user, carrierImage, labels }, parent);
    const folders = storageFolders(
      `${name}-storage-folders`,
      { manifest, owner: Owner.Pulumi, stack, image: carrierImage, labels },
      parent,
    );
    const companions = manifest.services.map((service) => companionOf(service, args, parent));
    const awaited = [...companions, ...(args.uses ?? [])];
    const ready = pulumi.all(awaited.map(({ settled }) => settled));
    const container = new docker.Container(
      name,
      containerArgs(spec, {
        ...mounted,
        image: pulumi.all([unlessFailed(image.imageId), ready]).apply(([id]) => id),
        network: spec.network && args.networks.named(spec.network.name),
      }),
      {
        ...parent,
        dependsOn: [
          ...(args.startAfter ?? []),
          ...folders,
          ...awaited.map((companion) => companion.container),
          imageOf(this, `${name}-image`),
        ],
        ...REPLACED,
      },
    );
    this.containerName = unlessFailed(container.name, spec.name);
    this.imageId = unlessFailed(image.imageId);
    this.registerOutputs({ containerName: this.containerName, imageId: this.imageId });
  }
}

function companionOf(service: Service, args: McpServerArgs, opts: pulumi.ComponentResourceOptions): Companion {
  const { server, stack, startAfter } = args;
  const spec = serviceSpec(server.manifest, service, { image: service.image ?? "", stack });
  const storing = serviceStoring(server.manifest, service);
  const own = { service, spec, storing, folder: server.folder, startAfter: service.egress ? startAfter : [] };
  return new Companion({ ...args, ...own }, opts);
}
