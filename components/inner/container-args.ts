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
  /** Names of the volumes the container mounts, as dependencies on them. */
  volumes: Record<string, pulumi.Input<string>>;
  /** More labels. */
  labels: Record<string, pulumi.Input<string>>;
}

/** Translates a container specification into the provider's arguments. Adds no rule of its own. */
export function containerArgs(
  spec: ContainerSpec,
  { image, network, volumes, labels }: ContainerReferences,
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
    ...networking(spec, network),
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
  { networkMode, address }: ContainerSpec,
  network?: pulumi.Input<string>,
): Pick<docker.ContainerArgs, "networkMode" | "networksAdvanced"> {
  if (!address || network === undefined) return { networkMode: network ?? networkMode };
  return { networkMode, networksAdvanced: [{ name: network, ipv4Address: address.ip, aliases: [address.alias] }] };
}

/** Processors as the provider reads them back, "1" as "1.0": anything else would be drift. */
export function decimal(cpus: string): string {
  return cpus.includes(".") ? cpus : `${cpus}.0`;
}
