import { join } from "node:path";
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { builtImage } from "../built-image";

/**
 * The image of the egress proxy and the database relay. Each has it under a name of its own: when one of them goes and
 * takes its image along, the other keeps its own.
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
