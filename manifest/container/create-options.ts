import type { ContainerCreateOptions } from "dockerode";
import { goMilliseconds } from "../../lib/durations";
import type { ContainerSpec } from "./container-spec";

const NANOSECONDS = 1e6;

function nanoseconds(duration: string): number {
  return goMilliseconds(duration) * NANOSECONDS;
}

function networking({ addresses = [] }: ContainerSpec): Pick<ContainerCreateOptions, "NetworkingConfig"> {
  if (addresses.length === 0) return {};
  const endpoints = addresses.map(({ network, ip, alias }) => {
    return [network, { IPAMConfig: { IPv4Address: ip }, Aliases: [alias] }];
  });
  return { NetworkingConfig: { EndpointsConfig: Object.fromEntries(endpoints) } };
}

/**
 * Translates a container specification for Docker's API. Adds no rule of its own. The volumes, the network and the
 * secret files must exist before the container.
 */
export function createOptions(spec: ContainerSpec): ContainerCreateOptions {
  const { healthcheck } = spec;
  return {
    name: spec.name,
    Hostname: spec.hostname,
    Image: spec.image,
    ...(spec.entrypoint ? { Entrypoint: spec.entrypoint } : {}),
    ...(spec.command ? { Cmd: spec.command } : {}),
    User: spec.user,
    ...(spec.workdir ? { WorkingDir: spec.workdir } : {}),
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    Labels: spec.labels,
    ...(spec.stopSignal ? { StopSignal: spec.stopSignal } : {}),
    StopTimeout: spec.stopTimeout,
    ...networking(spec),
    Healthcheck: {
      Test: healthcheck.tests,
      Interval: nanoseconds(healthcheck.interval),
      Timeout: nanoseconds(healthcheck.timeout),
      Retries: healthcheck.retries,
      StartPeriod: nanoseconds(healthcheck.startPeriod),
      // Not in the package's types yet; engines before 25 ignore it.
      ...{ StartInterval: nanoseconds(healthcheck.startInterval) },
    },
    HostConfig: {
      Init: spec.init,
      GroupAdd: spec.groups,
      // Binds of paths and of volumes look the same here: a path begins with a slash, a volume's name cannot.
      Binds: spec.mounts.map(({ source, target, readOnly }) => `${source}:${target}:${readOnly ? "ro" : "rw"}`),
      Tmpfs: spec.tmpfs,
      ShmSize: spec.sharedMemory,
      NetworkMode: spec.networkMode,
      ExtraHosts: Object.entries(spec.hosts).map(([host, address]) => `${host}:${address}`),
      ...(spec.dns.length > 0 ? { Dns: spec.dns } : {}),
      Memory: spec.memory,
      MemorySwap: spec.memorySwap,
      NanoCpus: Math.round(Number(spec.cpus) * 1e9),
      Ulimits: spec.ulimits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
      LogConfig: { Type: spec.logDriver, Config: spec.logOptions },
      RestartPolicy: { Name: spec.restart },
      ReadonlyRootfs: spec.readOnly,
      CapDrop: spec.capDrop,
      SecurityOpt: spec.securityOptions,
    },
  };
}
