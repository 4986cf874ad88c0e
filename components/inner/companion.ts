import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { DockerType } from "../../lib/docker-types";
import { milliseconds } from "../../lib/durations";
import type { ContainerSpec } from "../../manifest/container/container-spec";
import { Owner } from "../../manifest/container/labels";
import type { Storing } from "../../manifest/container/storage-folders";
import type { Service } from "../../manifest/service-types";
import type { Labels } from "../labels";
import { REPLACED } from "../replaced";
import { containerArgs } from "./container-args";
import type { InnerNetworks } from "./networks";
import { childOf, imageFor, imageOf, unlessFailed, volumesFor } from "./server-parts";
import { storageFolders } from "./storage-folders";

export interface CompanionArgs {
  service: Omit<Service, "egress">;
  /** Its container, with the name that its image will have in place of the image. */
  spec: ContainerSpec;
  storing: Storing;
  /** The folder that builds are in. */
  folder: string;
  /** Values of its secrets by name; others in there are left out. */
  secrets: Record<string, pulumi.Input<string>>;
  networks: InnerNetworks;
  /** What has to answer before it starts. @default [] */
  startAfter?: pulumi.Resource[];
  /** "project/stack", for the container's label. */
  stack: string;
  /** Image of the containers that carry the secret files and make the storage folders. */
  carrierImage: pulumi.Input<string>;
  /** Keep the image when the stack is destroyed. */
  keepImage: boolean;
  labels: Labels;
}

/** For the container's own start, and the answer to its last check. */
const MARGIN_MS = 15_000;

/** A companion of a server, or a shared service: its image, its secret files and storage, and its container. */
export class Companion extends pulumi.ComponentResource {
  /** Known once it is healthy, or has failed. */
  public readonly settled: pulumi.Output<string>;
  /** For `dependsOn` of its servers. */
  public readonly container: pulumi.Output<pulumi.Resource>;

  constructor(args: CompanionArgs, opts?: pulumi.ComponentResourceOptions) {
    const { service, spec, storing, folder, stack, carrierImage, labels } = args;
    const { name } = storing;
    super("dind-mcp:index:Companion", name, {}, opts);
    const parent = { parent: this };
    const source = { ...service, folder, repository: spec.name, keep: args.keepImage };
    const image = imageFor(`${name}-image`, source, parent);
    const { user, health } = service;
    const mounted = volumesFor(name, spec, { secrets: args.secrets, uid: user, carrierImage, labels }, parent);
    const folders = storageFolders(
      `${name}-storage-folders`,
      { manifest: storing, owner: Owner.Pulumi, stack, image: carrierImage, labels },
      parent,
    );
    const container = new docker.Container(
      name,
      {
        ...containerArgs(spec, {
          ...mounted,
          image: unlessFailed(image.imageId),
          networks: spec.addresses?.map(({ network }) => args.networks.named(network)),
        }),
        // Its servers start when it can be used.
        wait: true,
        waitTimeout: Math.ceil((milliseconds(health.startPeriod) + milliseconds(health.timeout) + MARGIN_MS) / 1_000),
      },
      {
        ...parent,
        dependsOn: [...(args.startAfter ?? []), ...folders, imageOf(this, `${name}-image`)],
        ...REPLACED,
      },
    );
    this.settled = unlessFailed(container.id);
    this.container = childOf(this, name, DockerType.Container);
    this.registerOutputs({});
  }
}
