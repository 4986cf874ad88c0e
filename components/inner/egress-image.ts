import { join } from "node:path";
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { builtImage } from "../built-image";

/**
 * The image of the egress proxy and the database relay. Each has it under its own name, so that removing one, with its
 * image, leaves the other's.
 */
export function egressImage(
  name: string,
  repository: string,
  keep: boolean,
  parent: pulumi.Resource,
): docker.RemoteImage {
  const context = join(__dirname, "../../images/egress");
  return builtImage(name, { repository, context, keep }, { parent });
}
