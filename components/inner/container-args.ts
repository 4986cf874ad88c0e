import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { MEBIBYTE } from "../../lib/sizes";
import type { ContainerSpec } from "../../manifest/container/container-spec";
import { labelList } from "../labels";

/** Values that are known only while the stack is being made. */
export interface ContainerReferences {
  image: pulumi.Input<string>;
  /** Name of the server's network, as a dependency on it. */
  network?: pulumi.Input<string>;
  /** The names of the networks in which it has a fixed address, as dependencies on them. @default [] */
  networks?: pulumi.Input<string>[];
  /** Names of the volumes the container mounts, as dependencies on them. */
  volumes: Record<string, pulumi.Input<string>>;
  /** More labels. */
  labels: Record<string, pulumi.Input<string>>;
}

/** Translates a container specification into the provider's arguments. Adds no rule of its own. */
export function containerArgs(
  spec: ContainerSpec,
  { image, network, networks, volumes, labels }: ContainerReferences,
): docker.ContainerArgs {
  const hosts = Object.entries(spec.hosts).map(([host, ip]) => ({ host, ip }));
  return {
    name: spec.name,
    image,
    hostname: spec.hostname,
    entrypoints: spec.entrypoint,
    command: spec.command,
    init: spec.init,
    user: spec.user,
    groupAdds: spec.groups,
    workingDir: spec.workdir,
    envs: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    labels: labelList({ ...spec.labels, ...labels }),
    volumes: spec.mounts.map(({ type, source, target, readOnly }) =>
      type === "volume"
        ? { volumeName: volumes[source] ?? source, containerPath: target, readOnly }
        : { hostPath: source, containerPath: target, readOnly },
    ),
    tmpfs: spec.tmpfs,
    shmSize: spec.sharedMemory / MEBIBYTE,
    ...networking(spec, network, networks),
    ...(hosts.length > 0 ? { hosts } : {}),
    ...(spec.dns.length > 0 ? { dns: spec.dns } : {}),
    memory: spec.memory / MEBIBYTE,
    memorySwap: spec.memorySwap / MEBIBYTE,
    cpus: decimal(spec.cpus),
    ulimits: spec.ulimits,
    logDriver: spec.logDriver,
    logOpts: spec.logOptions,
    restart: spec.restart,
    stopTimeout: spec.stopTimeout,
    destroyGraceSeconds: spec.stopTimeout, // stopTimeout alone is ignored on destroy, which would kill at once
    stopSignal: spec.stopSignal,
    healthcheck: spec.healthcheck,
    // A server that does not become healthy must not keep the other servers and the stack's outputs from being made.
    // `up` waits for the servers itself, and says which failed and why (cli/stack/settled.ts).
    wait: false,
    readOnly: spec.readOnly,
    capabilities: { drops: spec.capDrop },
    securityOpts: spec.securityOptions,
  };
}

function networking(
  { networkMode, addresses = [] }: ContainerSpec,
  network?: pulumi.Input<string>,
  networks: pulumi.Input<string>[] = [],
): Pick<docker.ContainerArgs, "networkMode" | "networksAdvanced"> {
  if (addresses.length === 0) return { networkMode: network ?? networkMode };
  const joined = addresses.map(({ network: name, ip, alias }, index) => {
    return { name: networks[index] ?? name, ipv4Address: ip, aliases: [alias] };
  });
  return { networkMode, networksAdvanced: joined };
}

/** Processors as the provider reads them back, "1" as "1.0": anything else would be drift. */
export function decimal(cpus: string): string {
  return cpus.includes(".") ? cpus : `${cpus}.0`;
}
