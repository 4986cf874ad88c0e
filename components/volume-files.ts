import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { Label, Role } from "../manifest/container/labels";
import { containerLabelList, type Labels } from "./labels";

export interface VolumeFilesArgs {
  /** Name of the container that carries the files; it is created and never started. */
  containerName: string;
  /** An image that the engine has, without a USER: that would decide the files' owner. */
  image: pulumi.Input<string>;
  volumeName: pulumi.Input<string>;
  /** File name to content. */
  files: Record<string, pulumi.Input<string>>;
  /** Numeric owner of the files. @default 0 */
  uid?: number;
  labels: Labels;
}

/**
 * Puts secret files on a volume.
 *
 * Docker copies files into a container through its API only, not into a volume, and refuses to do so where the root
 * file system is read-only. So a container that is never started mounts the volume and takes the files. Their content is
 * then neither in an image, nor in `docker inspect`, nor in plain state. The container has no `user`: with one, Docker looks
 * it up in the image's passwd file instead of taking the owner stated here.
 */
export class VolumeFiles extends pulumi.ComponentResource {
  /** Changes whenever a file changes: what reads the files depends on it. */
  public readonly revision: pulumi.Output<string>;

  constructor(name: string, args: VolumeFilesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:VolumeFiles", name, {}, opts); // no inputs echoed: they are secrets
    const uid = String(args.uid ?? 0);
    const carrier = new docker.Container(
      name,
      {
        name: args.containerName,
        image: args.image,
        command: ["never-started"],
        start: false,
        mustRun: false,
        networkMode: "none",
        capabilities: { drops: ["ALL"] },
        volumes: [{ volumeName: args.volumeName, containerPath: "/files" }],
        uploads: Object.entries(args.files).map(([file, content]) => ({
          file: `/files/${file}`,
          content: pulumi.secret(content),
          permissions: "0400",
          owner: uid,
          group: uid,
        })),
        labels: containerLabelList({ ...args.labels, [Label.Role]: Role.VolumeFiles }),
      },
      { parent: this },
    );
    this.revision = carrier.id;
    this.registerOutputs({ revision: this.revision });
  }
}
