import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { containerName } from "../../manifest/container/names";
import { remoteLabels, remoteVolume } from "../../manifest/container/remote-volume";
import type { Manifest } from "../../manifest/types";
import { type Labels, labelList } from "../labels";
import { VolumeFiles } from "../volume-files";
import { SYSTEM_UIDS } from "./hardened";

export interface RemoteServerArgs {
  manifest: Manifest;
  /** Values of its secrets by name. The component marks them as secret. */
  secrets: Record<string, pulumi.Input<string>>;
  /** Name of its network, in which the orchestrator reaches the egress proxy. */
  network: pulumi.Input<string>;
  /** What has to answer before it is declared: the egress proxy. @default [] */
  startAfter?: pulumi.Resource[];
  /** "project/stack", for the volume's label. */
  stack: string;
  /** Image of the container that carries the secret files. */
  carrierImage: pulumi.Input<string>;
  labels: Labels;
}

/**
 * A server that runs elsewhere. Here it is a volume, whose labels declare it to the orchestrator, with the secrets that
 * the orchestrator sends along.
 */
export class RemoteServer extends pulumi.ComponentResource {
  constructor(name: string, args: RemoteServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:RemoteServer", name, {}, opts); // no inputs echoed: secrets are among them
    const { manifest, secrets, stack, carrierImage, labels } = args;
    const parent = { parent: this };
    const volume = new docker.Volume(
      `${name}-remote`,
      {
        // Not before the network is there: the orchestrator joins it as soon as it sees the volume.
        name: pulumi.output(args.network).apply(() => remoteVolume(manifest.name)),
        labels: labelList({ ...labels, ...remoteLabels(manifest, stack) }),
      },
      { ...parent, dependsOn: args.startAfter ?? [], deleteBeforeReplace: true },
    );
    const files = manifest.secrets.flatMap(({ name: secret }) => {
      const value = secrets[secret];
      return value === undefined ? [] : [[secret, value] as const];
    });
    if (files.length > 0)
      new VolumeFiles(
        `${name}-secret-files`,
        {
          containerName: `${containerName(manifest.name)}-secret-files`,
          image: carrierImage,
          volumeName: volume.name,
          files: Object.fromEntries(files),
          uid: SYSTEM_UIDS.orchestrator,
          labels,
        },
        parent,
      );
    this.registerOutputs({});
  }
}
