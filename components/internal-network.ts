import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { type Labels, labelList } from "./labels";

export interface InternalNetworkArgs {
  /** Name on the host engine. */
  networkName: pulumi.Input<string>;
  /** IPv4 subnet, e.g. 172.30.0.0/16. */
  cidr: pulumi.Input<string>;
  /** The host's address in it. */
  gateway: pulumi.Input<string>;
  /** Largest packet, in bytes. @default Docker's own, 1500 */
  mtu?: number;
  /** The MTU was found, not configured: another value does not replace a network that exists. */
  mtuFound?: boolean;
  labels: Labels;
}

/** The engine's own bridge network on the host engine; nothing else is attached to it. */
export class InternalNetwork extends pulumi.ComponentResource {
  /** The network's name, known once it exists. */
  public readonly networkName: pulumi.Output<string>;
  public readonly cidr: pulumi.Output<string>;

  constructor(name: string, args: InternalNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:InternalNetwork", name, args, opts);
    const network = new docker.Network(
      name,
      {
        name: args.networkName,
        driver: "bridge",
        // The gateway is stated because Docker adds one by itself, which the provider would read back as drift.
        ipamConfigs: [{ subnet: args.cidr, gateway: args.gateway }],
        options: args.mtu === undefined ? undefined : { "com.docker.network.driver.mtu": String(args.mtu) },
        labels: labelList(args.labels),
      },
      { parent: this, ignoreChanges: args.mtuFound ? ["options"] : [] },
    );
    this.networkName = network.name;
    this.cidr = pulumi.output(args.cidr);
    this.registerOutputs({ networkName: this.networkName, cidr: this.cidr });
  }
}
