import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Owner } from "../../manifest/container/labels";
import { type Storing, storageMaker } from "../../manifest/container/storage-folders";
import type { Labels } from "../labels";
import { REPLACED } from "../replaced";
import { containerArgs } from "./container-args";

export interface StorageFoldersArgs {
  /** The server, or the companion. */
  manifest: Storing;
  owner: Owner;
  /** "project/stack". */
  stack: string;
  /** Any image that the engine has; none of its programs is run. */
  image: pulumi.Input<string>;
  labels: Labels;
}

/**
 * The container that makes the folders of a server's storage, on a volume of the host. It runs when the storage or the
 * user changes; deleting it deletes no folder. A server that has no storage has none.
 */
export function storageFolders(
  name: string,
  { manifest, owner, stack, image, labels }: StorageFoldersArgs,
  opts: pulumi.CustomResourceOptions,
): docker.Container[] {
  const spec = storageMaker(manifest, { owner, image: "", stack });
  if (!spec) return [];
  const container = new docker.Container(
    name,
    {
      ...containerArgs(spec, { image, volumes: {}, labels }),
      attach: true, // the server comes when the folders are there
      logs: true,
      mustRun: false,
    },
    { ...opts, ...REPLACED },
  );
  pulumi.all([container.exitCode, container.containerLogs]).apply(([code, said]) => {
    if (code) void pulumi.log.warn(`storage of ${manifest.name}: ${said?.trim() || `exit code ${code}`}`, container);
  });
  return [container];
}
