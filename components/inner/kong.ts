import { join } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { KongDocument } from "../../config/fleet/kong/document";
import { KEPT_SECONDS } from "../../config/fleet/limits";
import { PORTS } from "../../config/ports";
import { KONG_ADDRESS } from "../../manifest/container/gateway";
import { Label, Role } from "../../manifest/container/labels";
import { builtImage } from "../built-image";
import { containerLabelList, type Labels } from "../labels";
import { REPLACED } from "../replaced";
import { hardened, healthcheck, SYSTEM_UIDS } from "./hardened";
import { secretVolume } from "./secret-volume";
import { unlessFailed } from "./server-parts";

export interface KongArgs {
  /** What it does: its whole configuration. */
  document: KongDocument;
  /** The network in which it reaches the orchestrator. */
  network: pulumi.Input<string>;
  /** Image of the container that carries the document. */
  carrierImage: pulumi.Input<string>;
  /** Keep the image when the stack is destroyed. */
  keepImage: boolean;
  labels: Labels;
}

/**
 * The embedded Kong: without a database and without an Admin API, in front of the orchestrator's API. It has the API's port on
 * the engine.
 */
export class Kong extends pulumi.ComponentResource {
  constructor(name: string, args: KongArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:Kong", name, {}, opts);
    const image = builtImage(
      `${name}-image`,
      { repository: "mcp-kong-gateway", context: join(__dirname, "../../images/kong"), keep: args.keepImage },
      { parent: this },
    );
    const secrets = secretVolume(
      name,
      {
        container: "mcp-kong-gateway",
        files: { "kong.json": JSON.stringify(args.document) },
        uid: SYSTEM_UIDS.kong,
        carrierImage: args.carrierImage,
        labels: args.labels,
      },
      this,
    );
    new docker.Container(
      name,
      {
        ...hardened({ uid: SYSTEM_UIDS.kong, memoryMiB: 512, cpus: "1.0", processes: 128 }),
        name: "mcp-kong-gateway",
        image: unlessFailed(image.imageId),
        envs: Object.entries(kongSettings()).map(([key, value]) => `KONG_${key}=${value}`),
        tmpfs: { "/run/kong": "size=64m,mode=1777", "/tmp": "size=64m,mode=1777" },
        networksAdvanced: [{ name: args.network, ipv4Address: KONG_ADDRESS }],
        ports: [{ internal: PORTS.api, external: PORTS.api, ip: "0.0.0.0", protocol: "tcp" }],
        volumes: [{ volumeName: secrets.volumeName, containerPath: "/run/secrets", readOnly: true }],
        healthcheck: { ...healthcheck("1m0s"), tests: ["CMD", "kong", "health"], startInterval: "2s" },
        wait: true,
        waitTimeout: 120,
        stopTimeout: 10,
        destroyGraceSeconds: 10,
        labels: containerLabelList({
          ...args.labels,
          [Label.Role]: Role.Kong,
          ...secrets.labels,
        }),
      },
      { parent: this, ...REPLACED },
    );
    this.registerOutputs({});
  }
}

/** Kong's own settings (kong.conf), as its image takes them from the environment. None is secret. */
function kongSettings(): Record<string, string> {
  return {
    DATABASE: "off",
    DECLARATIVE_CONFIG: "/run/secrets/kong.json",
    PREFIX: "/run/kong",
    PROXY_LISTEN: `${KONG_ADDRESS}:${PORTS.api}`,
    ADMIN_LISTEN: "off",
    ADMIN_GUI_LISTEN: "off",
    STATUS_LISTEN: "off",
    ANONYMOUS_REPORTS: "off",
    HEADERS: "off",
    PROXY_ACCESS_LOG: "off",
    PROXY_ERROR_LOG: "/dev/stderr",
    NGINX_WORKER_PROCESSES: "1",
    MEM_CACHE_SIZE: "32m",
    UPSTREAM_KEEPALIVE_IDLE_TIMEOUT: String(KEPT_SECONDS),
  };
}
