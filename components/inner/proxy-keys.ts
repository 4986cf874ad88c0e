import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { KEYS_FOLDER, TRUST_FOLDER, TRUST_VOLUME } from "../../manifest/proxy/key-folders";
import { type Labels, labelList } from "../labels";
import { KEY_ALGORITHM } from "../tls/authority";
import { VolumeFiles } from "../volume-files";
import { SYSTEM_UIDS } from "./hardened";

export interface ProxyKeysArgs {
  /** The headers with their values, and authorities (manifest/proxy/key-lines.ts). Secret. */
  files: Record<string, string>;
  /** Image of the container that carries the files. */
  carrierImage: pulumi.Input<string>;
  labels: Labels;
}

/**
 * The keys that the egress proxy puts into requests, in a volume of its own; and the volume in which it leaves the certificate of
 * its authority. The authority's key is made here. The proxy makes the certificate, for just the hosts of keys (name constraints).
 */
export class ProxyKeys extends pulumi.ComponentResource {
  /** What the proxy's container mounts. */
  public readonly volumes: docker.ContainerArgs["volumes"];
  /** Changes with every key. */
  public readonly revision: pulumi.Output<string>;

  constructor(name: string, args: ProxyKeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:ProxyKeys", name, {}, opts); // no inputs echoed: they are secrets
    const parent = { parent: this };
    const volume = (suffix: string, volumeName: string): pulumi.Output<string> =>
      new docker.Volume(
        `${name}-${suffix}`,
        { name: volumeName, labels: labelList(args.labels) },
        { ...parent, deleteBeforeReplace: true },
      ).name;
    const authority = new tls.PrivateKey(`${name}-authority-key`, KEY_ALGORITHM, parent);
    const keys = volume("volume", "mcp-egress-keys");
    const files = new VolumeFiles(
      `${name}-secret-files`,
      {
        containerName: "mcp-egress-secret-files",
        image: args.carrierImage,
        volumeName: keys,
        files: { "ca.key": authority.privateKeyPem, ...args.files },
        uid: SYSTEM_UIDS.egress,
        labels: args.labels,
      },
      parent,
    );
    this.volumes = [
      { volumeName: keys, containerPath: KEYS_FOLDER, readOnly: true },
      { volumeName: volume("trust", TRUST_VOLUME), containerPath: TRUST_FOLDER },
    ];
    this.revision = files.revision;
    this.registerOutputs({});
  }
}
