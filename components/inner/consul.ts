import { createHash } from "node:crypto";
import { join } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { PORTS } from "../../config/ports";
import { CONSUL_ADDRESS } from "../../manifest/container/gateway";
import { Label, Role } from "../../manifest/container/labels";
import { builtImage } from "../built-image";
import { containerLabelList, type Labels } from "../labels";
import { REPLACED } from "../replaced";
import { agentConfig } from "./consul-config";
import { hardened, healthcheck, SYSTEM_UIDS } from "./hardened";
import { secretVolume } from "./secret-volume";
import { unlessFailed } from "./server-parts";

export interface ConsulArgs {
  /** The network in which the orchestrator reaches it. */
  network: pulumi.Input<string>;
  /** Image of the container that carries the secret files. */
  carrierImage: pulumi.Input<string>;
  /** Keep the image when the stack is destroyed. */
  keepImage: boolean;
  labels: Labels;
}

/**
 * The embedded Consul: one agent that is its own server. What it knows is in memory: the orchestrator tells it the fleet
 * again after each start.
 */
export class Consul extends pulumi.ComponentResource {
  /** Secret: the token that may do everything. Without one nobody may do anything. */
  public readonly token: pulumi.Output<string>;

  constructor(name: string, args: ConsulArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:Consul", name, {}, opts);
    const seed = new random.RandomPassword(`${name}-token`, { length: 32, special: false }, { parent: this }).result;
    this.token = pulumi.secret(seed.apply(tokenOf));
    const image = builtImage(
      `${name}-image`,
      { repository: "mcp-consul-agent", context: join(__dirname, "../../images/consul"), keep: args.keepImage },
      { parent: this },
    );
    const secrets = secretVolume(
      name,
      {
        container: "mcp-consul-agent",
        files: { "agent.json": this.token.apply((token) => JSON.stringify(agentConfig(token))), token: this.token },
        uid: SYSTEM_UIDS.consul,
        carrierImage: args.carrierImage,
        labels: args.labels,
      },
      this,
    );
    new docker.Container(
      name,
      {
        ...hardened({ uid: SYSTEM_UIDS.consul, memoryMiB: 256, cpus: "0.5", processes: 128 }),
        name: "mcp-consul-agent",
        // One that cannot be had, or is not well, leaves the fleet up.
        image: unlessFailed(image.imageId),
        command: ["agent", "-config-file=/run/secrets/agent.json"],
        tmpfs: {
          // In place of the volume without a name that the image asks for.
          "/consul/data": `size=64m,mode=0700,uid=${SYSTEM_UIDS.consul},gid=${SYSTEM_UIDS.consul}`,
          "/tmp": "size=16m,mode=1777",
        },
        networksAdvanced: [{ name: args.network, ipv4Address: CONSUL_ADDRESS }],
        ports: [{ internal: PORTS.consul, external: PORTS.consul, ip: "0.0.0.0", protocol: "tcp" }],
        volumes: [{ volumeName: secrets.volumeName, containerPath: "/run/secrets", readOnly: true }],
        healthcheck: {
          ...healthcheck("1m0s"),
          // It leads, and its token counts.
          tests: ["CMD", "consul", "catalog", "nodes", "-token-file=/run/secrets/token"],
          startInterval: "2s",
        },
        wait: true,
        waitTimeout: 120,
        stopTimeout: 10,
        destroyGraceSeconds: 10,
        labels: containerLabelList({
          ...args.labels,
          [Label.Role]: Role.Consul,
          ...secrets.labels,
        }),
      },
      { parent: this, ...REPLACED },
    );
    this.registerOutputs({ token: this.token });
  }
}

/** A Consul token is a UUID. One of RandomUuid would be plain in the state. */
function tokenOf(seed: string): string {
  const hex = createHash("sha256").update(seed).digest("hex");
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
