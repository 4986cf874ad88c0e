import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { EGRESS_PROXY } from "../../manifest/container/names";
import { KEYS_FOLDER, TRUST_FOLDER, TRUST_VOLUME } from "../../manifest/proxy/key-folders";
import { type Labels, labelList } from "../labels";
import { KEY_ALGORITHM } from "../tls/authority";
import { SYSTEM_UIDS } from "./hardened";
import { secretVolume } from "./secret-volume";

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
  /** Labels for that container. */
  public readonly labels: Record<string, pulumi.Output<string>>;

  constructor(name: string, args: ProxyKeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:ProxyKeys", name, {}, opts); // no inputs echoed: they are secrets
    const parent = { parent: this };
    const authority = new tls.PrivateKey(`${name}-authority-key`, KEY_ALGORITHM, parent);
    const { volumeName, labels } = secretVolume(
      name,
      {
        container: EGRESS_PROXY,
        files: { "ca.key": authority.privateKeyPem, ...args.files },
        uid: SYSTEM_UIDS.egress,
        carrierImage: args.carrierImage,
        labels: args.labels,
      },
      this,
    );
    const trust = new docker.Volume(`${name}-trust`, { name: TRUST_VOLUME, labels: labelList(args.labels) }, parent);
    this.volumes = [
      { volumeName, containerPath: KEYS_FOLDER, readOnly: true },
      { volumeName: trust.name, containerPath: TRUST_FOLDER },
    ];
    this.labels = labels;
    this.registerOutputs({});
  }
}
