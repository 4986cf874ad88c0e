import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { Label } from "../../manifest/container/labels";
import { type Labels, labelList } from "../labels";
import { VolumeFiles } from "../volume-files";

export interface SecretVolumeArgs {
  /** Name of the container that reads the files; the volume and their carrier have their names from it. */
  container: string;
  /** File name to content. */
  files: Record<string, pulumi.Input<string>>;
  /** Who owns the files. */
  uid: number;
  /** Image of the container that carries them. */
  carrierImage: pulumi.Input<string>;
  labels: Labels;
}

export interface SecretVolume {
  /** For the container's mount, as a dependency on it. */
  volumeName: pulumi.Output<string>;
  /** A label that changes with every file, and so replaces the container. It says nothing about them. */
  labels: Record<string, pulumi.Output<string>>;
}

/** The secrets of one of the stack's own containers: a volume of its own, with the files on it. */
export function secretVolume(name: string, args: SecretVolumeArgs, parent: pulumi.Resource): SecretVolume {
  const { container, files, uid, carrierImage, labels } = args;
  const { name: volumeName } = new docker.Volume(
    `${name}-secrets`,
    { name: `${container}-secrets`, labels: labelList(labels) },
    { parent },
  );
  const carrier = new VolumeFiles(
    `${name}-secret-files`,
    { containerName: `${container}-secret-files`, image: carrierImage, volumeName, files, uid, labels },
    { parent },
  );
  const revision = carrier.revision.apply((id) => id.slice(0, 12));
  return { volumeName, labels: { [Label.SecretsRevision]: revision } };
}
