import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { MEBIBYTE } from "../../lib/sizes";
import type { ContainerSpec } from "../../manifest/container/container-spec";
import { labelList } from "../labels";

/** What is known only while the stack is being made. */
export interface ContainerReferences {
  image: pulumi.Input<string>;
  /** Name of the server's network, as a dependency on it. */
  network?: pulumi.Input<string>;
  /** Names of the volumes the container mounts, as dependencies on them. */
  volumes: Record<string, pulumi.Input<string>>;
  /** More labels. */
  labels: Record<string, pulumi.Input<string>>;
}

/** Seconds that a start may take to become healthy; after that it has failed. */
const WAIT_SECONDS = 120;

/** Puts a container specification into the provider's words; it adds no rule of its own. */
export function containerArgs(
  spec: ContainerSpec,
  { image, network, volumes, labels }: ContainerReferences,
): docker.ContainerArgs {
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
    networkMode: network ?? spec.networkMode,
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
    wait: true,
    waitTimeout: WAIT_SECONDS,
    readOnly: spec.readOnly,
    capabilities: { drops: spec.capDrop },
    securityOpts: spec.securityOptions,
  };
}

/** Processors as the provider reads them back, "1" as "1.0": anything else would be drift. */
export function decimal(cpus: string): string {
  return cpus.includes(".") ? cpus : `${cpus}.0`;
}
