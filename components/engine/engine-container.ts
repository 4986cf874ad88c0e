import { readFileSync } from "node:fs";
import { join } from "node:path";
import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { DOCKER_API_GROUP } from "../../manifest/container/container-spec";
import { Label, Role } from "../../manifest/container/labels";
import { containerLabelList, type Labels } from "../labels";
import type { VolumeKey } from "../persistent-volumes";
import { daemonConfig, INNER_DNS } from "./daemon-config";
import { folderList, folderVolumes, type HostFolder } from "./host-folders";
import { plainRegistries, type Registries, registryAuthorities } from "./registries";

/** Build context of the engine's image. */
export const ENGINE_CONTEXT = join(__dirname, "../../images/engine");

/** Port of the Docker API inside the engine container. */
const API_PORT = 2376;

export interface PublishedPort {
  /** Port of the engine container. */
  internal: number;
  /** Port of the host. */
  external: number;
  /** Fixed address, inside the engine, of the container that listens on the same port number. */
  address: string;
}

/** Settings of the engine's container that do not depend on its image. */
export interface EngineSettings {
  /** Name of the engine container on the host engine. */
  containerName: string;
  /** Host address of the published ports. */
  bindAddress: string;
  /** Host port of the Docker API with mutual TLS. */
  dockerTlsPort: number;
  /** Ports that containers in the engine publish there, the host ports they get, and who listens. */
  published: PublishedPort[];
  registryMirrors: string[];
  /** Private registries by host, each `ca` as PEM. @default {} */
  registries?: Registries;
  /**
   * Containers inside that reach one that publishes a port, as FROM=ADDRESS:PORT; no other does. @default []
   */
  publishedFor?: string[];
  /** Subnets inside the engine that may ask its DNS forwarder, besides image builds. */
  dnsFor: string[];
  /** Subnets inside the engine whose published ports accept connections, and that cannot open one to the outside. */
  inboundOnly: string[];
  /** Subnets inside the engine that may reach private addresses outside; with `:port` behind it at that TCP port alone. */
  privateEgressFrom: string[];
  /**
   * What else containers inside may reach, as SUBNET=ADDRESSES:PORT by TCP, though they have no other way out.
   * @default []
   */
  egressTo?: string[];
  /** Folders of the host that servers get. @default [] */
  folders?: HostFolder[];
  /**
   * The host engine labels its containers for SELinux; the engine's container then goes without a label. @default false
   */
  selinux?: boolean;
  /** Seconds before the container is killed on stop. */
  stopGrace: number;
  labels: Labels;
}

export interface EngineContainer extends EngineSettings {
  image: pulumi.Input<string>;
  networkName: pulumi.Input<string>;
  volumes: Record<VolumeKey, pulumi.Input<string>>;
}

/**
 * Says how the engine runs on its host. The component and tests/hosts take its flags from here and nowhere else. Pure,
 * except that it reads images/engine.
 */
export function engineContainerArgs(engine: EngineContainer): docker.ContainerArgs {
  const { volumes, folders = [], egressTo = [], publishedFor = [] } = engine;
  const authorities = registryAuthorities(engine.registries);
  return {
    name: engine.containerName,
    image: engine.image,
    hostname: "engine",
    restart: "unless-stopped",
    ...privileges(engine),
    cgroupnsMode: "private",
    readOnly: true,
    // /run on disk: 1 of 5 kill/start cycles never came back, over a stale containerd.pid.
    tmpfs: { "/run": "size=64m,mode=755", "/tmp": "size=64m" },
    envs: [
      `DAEMON_JSON=${daemonConfig(engine.registryMirrors, plainRegistries(engine.registries))}`,
      `INNER_DNS=${INNER_DNS.address}`,
      `INNER_DNS_FOR=${[INNER_DNS.subnet, ...engine.dnsFor].join(",")}`,
      `PUBLISHED=${engine.published.map(({ address, internal }) => `${address}:${internal}`).join(",")}`,
      ...(publishedFor.length === 0 ? [] : [`PUBLISHED_FOR=${publishedFor.join(",")}`]),
      `INBOUND_ONLY=${engine.inboundOnly.join(",")}`,
      `PRIVATE_EGRESS_FROM=${engine.privateEgressFrom.join(",")}`,
      ...(egressTo.length === 0 ? [] : [`EGRESS_TO=${egressTo.join(",")}`]),
      `API_GROUP=${DOCKER_API_GROUP}`,
      `FOLDERS=${folderList(folders)}`,
      ...(authorities === "" ? [] : [`REGISTRY_AUTHORITIES=${authorities}`]),
    ],
    networkMode: engine.networkName,
    // Sorted by the inner numbers, as the provider reads them back.
    ports: [{ internal: API_PORT, external: engine.dockerTlsPort }, ...engine.published]
      .sort((a, b) => a.internal - b.internal)
      .map(({ internal, external }) => ({ internal, external, ip: engine.bindAddress, protocol: "tcp" })),
    volumes: [
      { volumeName: volumes.engine, containerPath: "/var/lib/docker" },
      { volumeName: volumes.certs, containerPath: "/certs", readOnly: true },
      { volumeName: volumes.workspace, containerPath: "/srv/mcp/workspace" },
      { volumeName: volumes.postgres, containerPath: "/srv/mcp/postgres" },
      { volumeName: volumes.orchestrator, containerPath: "/srv/mcp/orchestrator" },
      { volumeName: volumes.logs, containerPath: "/var/log/mcp" },
      ...folderVolumes(folders),
    ],
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "3" },
    healthcheck: {
      tests: ["CMD", "/usr/local/lib/dind-mcp/healthcheck"],
      // The engine is ready in less than a second, but Docker's first check comes after the interval. The provider
      // looks once a second: a check at 3 s would be seen at 4 s.
      interval: "2.5s",
      timeout: "5s",
      retries: 5,
      startPeriod: "1m0s",
    },
    wait: true,
    waitTimeout: 120,
    destroyGraceSeconds: engine.stopGrace,
    stopTimeout: engine.stopGrace,
    labels: containerLabelList({ ...engine.labels, [Label.Role]: Role.Engine }),
  };
}

/** The privileges of the engine, from the file that gives each one's reason. */
function privileges({
  selinux = false,
}: Pick<EngineSettings, "selinux">): Pick<docker.ContainerArgs, "capabilities" | "securityOpts"> {
  const file = readFileSync(join(ENGINE_CONTEXT, "privileges.json"), "utf8");
  const { capabilities } = JSON.parse(file) as { capabilities: { name: string }[] };
  const seccomp = JSON.stringify(JSON.parse(readFileSync(join(ENGINE_CONTEXT, "seccomp.json"), "utf8")));
  return {
    capabilities: { drops: ["ALL"], adds: capabilities.map((c) => c.name) },
    // AppArmor's default profile refuses the mounts of image loads; on hosts without AppArmor the option has no effect.
    // SELinux's default type refuses them too. Its option stands only where a host needs it, so that engines on other
    // hosts are not replaced.
    securityOpts: [`seccomp=${seccomp}`, "apparmor=unconfined", ...(selinux ? ["label=disable"] : [])],
  };
}
