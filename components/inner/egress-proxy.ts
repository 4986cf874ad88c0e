import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { Label, Role } from "../../manifest/container/labels";
import { PROXY } from "../../manifest/egress-hosts";
import { type Labels, labelList } from "../labels";
import { REPLACED } from "../replaced";
import { egressImage } from "./egress-image";
import { hardened, healthcheck, SYSTEM_UIDS } from "./hardened";
import { type EgressRule, squidConf } from "./squid-conf";

export interface EgressProxyArgs {
  /** What each server may reach. */
  rules: EgressRule[];
  /** Networks of those servers. */
  serverNetworks: pulumi.Input<string>[];
  /** The proxy's own way out of the engine. */
  outboundNetwork: pulumi.Input<string>;
  /**
   * Its fixed address there. It sends from this address only, so nobody can use it as a way into a server's network.
   */
  outboundAddress: string;
  /** Keep the image when the stack is destroyed. */
  keepImage: boolean;
  labels: Labels;
}

/** One squid for all servers that may reach something outside, with an allow-list for each of them. */
export class EgressProxy extends pulumi.ComponentResource {
  constructor(name: string, args: EgressProxyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:EgressProxy", name, {}, opts);
    const image = egressImage(`${name}-image`, "mcp-egress", args.keepImage, this);
    new docker.Container(
      name,
      {
        ...hardened({ uid: SYSTEM_UIDS.egress, memoryMiB: 128, cpus: "0.5", processes: 64 }),
        name: "mcp-egress",
        image: image.imageId,
        envs: [`SQUID_CONF=${squidConf(args.rules, { outgoingAddress: args.outboundAddress })}`],
        tmpfs: { "/tmp": "size=16m,mode=1777" },
        networksAdvanced: [
          { name: args.outboundNetwork, ipv4Address: args.outboundAddress },
          ...args.serverNetworks.map((network) => ({ name: network, aliases: [PROXY.host] })),
        ],
        healthcheck: healthcheck("30s"),
        wait: true,
        waitTimeout: 60,
        destroyGraceSeconds: 10,
        labels: labelList({ ...args.labels, [Label.Role]: Role.Egress }),
      },
      { parent: this, ...REPLACED },
    );
    this.registerOutputs({});
  }
}
