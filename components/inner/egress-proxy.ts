import { join } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type EgressRule, squidConf } from "../../mcp/squid-conf";
import { builtImage } from "../built-image";
import { type Labels, labelList } from "../labels";
import { hardened, SYSTEM_UIDS } from "./hardened";

export interface EgressProxyArgs {
  /** What each server may reach. */
  rules: EgressRule[];
  /** Networks of those servers. */
  serverNetworks: pulumi.Input<string>[];
  /** The proxy's own way out of the engine. */
  outboundNetwork: pulumi.Input<string>;
  /** Its fixed address there: it sends from no other, so that it cannot be used as a way into a server's network. */
  outboundAddress: string;
  /** Keep the image when the stack is destroyed. */
  keepImage: boolean;
  labels: Labels;
}

/** One squid for all servers that may reach something outside, with an allow-list for each of them. */
export class EgressProxy extends pulumi.ComponentResource {
  constructor(name: string, args: EgressProxyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:EgressProxy", name, {}, opts);
    const image = egressImage(`${name}-image`, args, this);
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
          ...args.serverNetworks.map((network) => ({ name: network, aliases: ["egress"] })),
        ],
        healthcheck: {
          tests: ["CMD", "healthcheck"],
          interval: "30s",
          timeout: "5s",
          retries: 3,
          startPeriod: "30s",
          startInterval: "500ms",
        },
        wait: true,
        waitTimeout: 60,
        destroyGraceSeconds: 10,
        labels: labelList({ ...args.labels, "dind-mcp.role": "egress" }),
      },
      { parent: this, deleteBeforeReplace: true, replaceOnChanges: ["*"] },
    );
    this.registerOutputs({});
  }
}

/** The image of the proxy; the database relay uses it as well. */
export function egressImage(
  name: string,
  args: Pick<EgressProxyArgs, "keepImage">,
  parent: pulumi.Resource,
): docker.RemoteImage {
  return builtImage(
    name,
    {
      repository: "mcp-egress",
      context: join(__dirname, "../../images/egress"),
      keep: args.keepImage,
    },
    { parent },
  );
}
