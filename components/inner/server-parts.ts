import { resolve } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { DockerType } from "../../lib/docker-types";
import type { ContainerSpec } from "../../manifest/container/container-spec";
import { Label } from "../../manifest/container/labels";
import type { Build } from "../../manifest/types";
import { builtImage } from "../built-image";
import { type Labels, labelList } from "../labels";
import { VolumeFiles } from "../volume-files";
import type { ContainerReferences } from "./container-args";

// What a server and its companions are made of in the same way.

/** Where an image comes from. */
export interface ImageSource {
  image?: string;
  build?: Build;
  /** The server's folder: a build's context is in it. */
  folder: string;
  /** Name of a built image. */
  repository: string;
  /** Keep a built image when the stack is destroyed. */
  keep: boolean;
}

/** An image that is pulled, and stays, or is built. */
export function imageFor(name: string, source: ImageSource, opts: pulumi.CustomResourceOptions): docker.RemoteImage {
  const { image = "", build, folder, repository, keep } = source;
  if (!build) return new docker.RemoteImage(name, { name: image, keepLocally: true }, opts);
  const { context, dockerfile, target, args: buildArgs } = build;
  return builtImage(name, { repository, context: resolve(folder, context), dockerfile, target, buildArgs, keep }, opts);
}

export interface VolumesArgs {
  /** Values of secrets by name. */
  secrets: Record<string, pulumi.Input<string>>;
  /** Who owns the secrets' files. */
  uid: number;
  carrierImage: pulumi.Input<string>;
  labels: Labels;
}

/** The volumes of a container, with the secrets on them. The container takes the answer as it is. */
export function volumesFor(
  name: string,
  spec: ContainerSpec,
  { secrets, uid, carrierImage, labels }: VolumesArgs,
  opts: pulumi.CustomResourceOptions,
): Pick<ContainerReferences, "volumes" | "labels"> {
  const volumes = Object.fromEntries(
    spec.volumes.map((volume) => [
      volume.name,
      new docker.Volume(
        `${name}-${volume.name.replace(`${spec.name}-`, "")}`,
        { name: volume.name, driver: volume.driver, driverOpts: volume.options, labels: labelList(labels) },
        { ...opts, deleteBeforeReplace: true },
      ).name,
    ]),
  );
  const volumeName = volumes[`${spec.name}-secrets`];
  if (!volumeName) return { volumes, labels: {} };
  const files = spec.secretFiles.flatMap(({ name: secret, file }) => {
    const value = secrets[secret];
    return value === undefined ? [] : [[file.replace("/run/secrets/", ""), value] as const];
  });
  const carrier = new VolumeFiles(
    `${name}-secret-files`,
    {
      containerName: `${spec.name}-secret-files`,
      image: carrierImage,
      volumeName,
      files: Object.fromEntries(files),
      uid,
      labels,
    },
    opts,
  );
  // Nobody reads this label. A changed secret changes it, and so replaces the container. It says nothing about the secret.
  return { volumes, labels: { [Label.SecretsRevision]: carrier.revision } };
}

/**
 * A value of a resource. When that cannot be made (an image that does not build), Pulumi skips what depends on it, and the
 * program goes on: the other servers and the outputs are made (`up --continue-on-error`).
 */
export function unlessFailed(value: pulumi.Output<string>, instead = ""): pulumi.Output<string> {
  return pulumi.recover(value, () => instead);
}

/**
 * For `dependsOn`: a component's child by its URN. Pulumi then skips what depends on it when it failed; with the resource
 * itself the whole program would end.
 */
export function childOf(component: pulumi.Resource, name: string, type: string): pulumi.Output<pulumi.Resource> {
  return pulumi.createUrn(name, type, component).apply((urn) => new pulumi.DependencyResource(urn));
}

/** The same, for its image. */
export function imageOf(component: pulumi.Resource, name: string): pulumi.Output<pulumi.Resource> {
  return childOf(component, name, DockerType.Image);
}
