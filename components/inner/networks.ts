import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Subnet } from "../../manifest/container/subnets";
import { type Labels, labelList } from "../labels";

/** A network inside the engine. */
export interface InnerNetwork extends Subnet {
  name: string;
  /** No way out of the engine. */
  internal: boolean;
}

export interface InnerNetworksArgs {
  networks: InnerNetwork[];
  labels: Labels;
}

/**
 * The networks inside the engine. They are apart from the servers, because the database and the egress proxy join them
 * before the servers start.
 */
export class InnerNetworks extends pulumi.ComponentResource {
  /** Network names by themselves, each known once the network exists. */
  readonly #names: Record<string, pulumi.Output<string>>;

  constructor(name: string, args: InnerNetworksArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:InnerNetworks", name, args, opts);
    this.#names = Object.fromEntries(
      args.networks.map((spec) => {
        const network = new docker.Network(
          `${name}-${spec.name}`,
          {
            name: spec.name,
            driver: "bridge",
            internal: spec.internal,
            ipamConfigs: [{ subnet: spec.subnet, gateway: spec.gateway }],
            labels: labelList(args.labels),
          },
          // The new network has the same name and subnet, so the old one must be removed first.
          { parent: this, deleteBeforeReplace: true },
        );
        return [spec.name, network.name];
      }),
    );
    this.registerOutputs({});
  }

  /** The name of a network, as a dependency on it. @throws Error when it was not declared */
  named(name: string): pulumi.Output<string> {
    const output = this.#names[name];
    if (!output) throw new Error(`network ${name} was not declared; there are ${Object.keys(this.#names).join(", ")}`);
    return output;
  }
}
