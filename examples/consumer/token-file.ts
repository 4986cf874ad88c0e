import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

export interface TokenFileArgs {
  /** Of the volume, and of the container that carries the file. */
  name: string;
  /** An image that the engine has, without a USER: that would decide the file's owner. */
  image: pulumi.Input<string>;
  token: pulumi.Input<string>;
  /** Numeric owner of the file. */
  uid: number;
  labels: { label: string; value: string }[];
}

/**
 * The token as a file on a volume of its own: so it is in no environment, label, argument or image, and encrypted in the
 * state. Docker copies files into containers alone, and into none whose root is read-only: so a container that never
 * starts takes it.
 * @returns the volume's name, and a text that changes with the token
 */
export function tokenFile(
  name: string,
  { name: resource, image, token, uid, labels }: TokenFileArgs,
  opts: pulumi.CustomResourceOptions,
): { volume: pulumi.Output<string>; revision: pulumi.Output<string> } {
  const volume = new docker.Volume(`${name}-volume`, { name: resource, labels }, opts);
  const carrier = new docker.Container(
    name,
    {
      name: resource,
      image,
      command: ["never-started"],
      start: false,
      mustRun: false,
      networkMode: "none",
      capabilities: { drops: ["ALL"] },
      volumes: [{ volumeName: volume.name, containerPath: "/files" }],
      uploads: [
        {
          file: "/files/token",
          content: pulumi.secret(token),
          permissions: "0400",
          owner: String(uid),
          group: String(uid),
        },
      ],
      // The policies excuse what never runs: it has no user and no limits.
      labels: [...labels, { label: "dind-mcp.role", value: "volume-files" }],
    },
    { ...opts, deleteBeforeReplace: true },
  );
  return { volume: volume.name, revision: carrier.id };
}
