import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { builtImage } from "../built-image";
import type { InternalNetwork } from "../internal-network";
import { type Labels, labelList } from "../labels";
import type { PersistentVolumes } from "../persistent-volumes";
import type { TlsCertificates } from "../tls/tls-certificates";
import { VolumeFiles } from "../volume-files";
import { daemonConfig, INNER_DNS } from "./daemon-config";

const CONTEXT = join(__dirname, "../../images/engine");

/** Port of the Docker API inside the engine container. */
const API_PORT = 2376;

export interface EngineHostArgs {
  /** Name of the engine container on the host engine. */
  containerName: string;
  /** Base image, docker:dind-like. @default our own, from Debian */
  baseImage?: string;
  network: InternalNetwork;
  volumes: PersistentVolumes;
  certificates: TlsCertificates;
  /** Host address of the published ports. */
  bindAddress: string;
  /** Host port of the Docker API with mutual TLS. */
  dockerTlsPort: number;
  registryMirrors: string[];
  /** Subnets inside the engine that may ask its DNS forwarder, besides image builds. */
  dnsFor: string[];
  /** Subnets inside the engine that may reach private addresses outside; for the database relay. */
  privateEgressFrom: string[];
  /** Seconds before the container is killed on stop. */
  stopGrace: number;
  labels: Labels;
}

/** The engine: one container on the host engine with a Docker daemon inside, and the provider that talks to it. */
export class EngineHost extends pulumi.ComponentResource {
  public readonly containerName: pulumi.Output<string>;
  public readonly containerId: pulumi.Output<string>;
  public readonly imageId: pulumi.Output<string>;
  /** tcp:// address of the Docker API; unknown until the engine is healthy. */
  public readonly endpoint: pulumi.Output<string>;
  readonly #provider: docker.Provider;

  constructor(name: string, args: EngineHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("dind-mcp:index:EngineHost", name, {}, opts);
    const { certificates, volumes } = args;
    const image = builtImage(
      `${name}-image`,
      {
        repository: `dind-mcp/${args.containerName.toLowerCase()}`,
        context: CONTEXT,
        buildArgs: args.baseImage ? { BASE: args.baseImage } : undefined,
      },
      { parent: this },
    );
    const certFiles = new VolumeFiles(
      `${name}-certs`,
      {
        containerName: `${args.containerName}-certs`,
        image: image.imageId,
        volumeName: volumes.names.certs,
        files: {
          "ca.pem": certificates.caPem,
          "server-cert.pem": certificates.server.certPem,
          "server-key.pem": certificates.server.keyPem,
        },
        labels: args.labels,
      },
      { parent: this },
    );
    const container = new docker.Container(
      name,
      {
        name: args.containerName,
        image: image.imageId,
        hostname: "engine",
        restart: "unless-stopped",
        ...privileges(),
        cgroupnsMode: "private",
        readOnly: true,
        // /run on disk: 1 of 5 kill/start cycles never came back, over a stale containerd.pid (field-notes.md).
        tmpfs: { "/run": "size=64m,mode=755", "/tmp": "size=64m" },
        envs: [
          `DAEMON_JSON=${daemonConfig(args.registryMirrors)}`,
          `INNER_DNS=${INNER_DNS.address}`,
          `INNER_DNS_FOR=${[INNER_DNS.subnet, ...args.dnsFor].join(",")}`,
          `PRIVATE_EGRESS_FROM=${args.privateEgressFrom.join(",")}`,
        ],
        networkMode: args.network.networkName,
        ports: [{ internal: API_PORT, external: args.dockerTlsPort, ip: args.bindAddress, protocol: "tcp" }],
        volumes: [
          { volumeName: volumes.names.engine, containerPath: "/var/lib/docker" },
          { volumeName: volumes.names.certs, containerPath: "/certs", readOnly: true },
          { volumeName: volumes.names.workspace, containerPath: "/srv/mcp/workspace" },
          { volumeName: volumes.names.postgres, containerPath: "/srv/mcp/postgres" },
          { volumeName: volumes.names.orchestrator, containerPath: "/srv/mcp/orchestrator" },
          { volumeName: volumes.names.logs, containerPath: "/var/log/mcp" },
        ],
        logDriver: "json-file",
        logOpts: { "max-size": "10m", "max-file": "3" },
        healthcheck: {
          tests: ["CMD", "/usr/local/lib/dind-mcp/healthcheck"],
          interval: "3s",
          timeout: "5s",
          retries: 5,
          startPeriod: "1m0s",
        },
        wait: true,
        waitTimeout: 120,
        destroyGraceSeconds: args.stopGrace,
        stopTimeout: args.stopGrace,
        labels: labelList({ ...args.labels, "dind-mcp.role": "engine" }),
      },
      // A container whose wait failed would be taken for fine at the next `up`; "*" makes it a replacement instead.
      { parent: this, dependsOn: certFiles, deleteBeforeReplace: true, replaceOnChanges: ["*"] },
    );
    this.containerName = container.name;
    this.containerId = container.id;
    this.imageId = image.imageId;
    // Derived from the container's id, which a first preview does not know: so the provider is not configured then, and
    // preview never dials an engine that is not there.
    this.endpoint = container.id.apply(() => `tcp://${reachable(args.bindAddress)}:${args.dockerTlsPort}`);
    this.#provider = new docker.Provider(
      `${name}-provider`,
      {
        host: this.endpoint,
        caMaterial: certificates.caPem,
        certMaterial: pulumi.secret(certificates.client.certPem),
        keyMaterial: pulumi.secret(certificates.client.keyPem),
      },
      { parent: this },
    );
    this.registerOutputs({ containerName: this.containerName, endpoint: this.endpoint });
  }

  /** Creates resources inside the engine. A method, because a public field of this type breaks component packages. */
  provider(): docker.Provider {
    return this.#provider;
  }
}

/** The privileges of the engine, from the file that gives each one's reason. */
function privileges(): Pick<docker.ContainerArgs, "capabilities" | "securityOpts"> {
  const file = readFileSync(join(CONTEXT, "privileges.json"), "utf8");
  const { capabilities } = JSON.parse(file) as { capabilities: { name: string }[] };
  const seccomp = JSON.stringify(JSON.parse(readFileSync(join(CONTEXT, "seccomp.json"), "utf8")));
  return {
    capabilities: { drops: ["ALL"], adds: capabilities.map((c) => c.name) },
    // AppArmor's default profile refuses the mounts of image loads; on hosts without AppArmor the option has no effect.
    securityOpts: [`seccomp=${seccomp}`, "apparmor=unconfined"],
  };
}

/** An address to connect to, for an address to listen on. */
function reachable(bindAddress: string): string {
  return bindAddress === "0.0.0.0" ? "127.0.0.1" : bindAddress;
}
