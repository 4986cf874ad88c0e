import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { ContainerCreateOptions, HostConfig } from "dockerode";

/** Arguments without Pulumi's wrappers: what the pure functions of components/ give for plain input. */
type Plain = pulumi.Unwrap<docker.ContainerArgs>;
/** dockerode's types lack what came with Docker 20.10 and 25. */
type HostPart = HostConfig & { CgroupnsMode?: string };
type Part = Omit<ContainerCreateOptions, "HostConfig"> & { HostConfig?: HostPart };
type Writers = { [K in keyof Plain]?: (value: NonNullable<Plain[K]>) => Part };

const MIB = 1024 * 1024;
const UNITS: Record<string, number> = { ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** Go's way to write a duration ("1m30s"), in nanoseconds. */
function nanoseconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  return [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)].reduce(
    (sum, [, n, unit]) => sum + Number(n) * (UNITS[unit ?? ""] ?? 0),
    0,
  );
}

const host = (HostConfig: HostPart): Part => ({ HostConfig });
const nothing = (): Part => ({});

/** How the docker provider puts each argument into a request to the engine. */
const WRITERS: Writers = {
  name: (name) => ({ name }),
  image: (Image) => ({ Image }),
  hostname: (Hostname) => ({ Hostname }),
  entrypoints: (Entrypoint) => ({ Entrypoint }),
  command: (Cmd) => ({ Cmd }),
  user: (User) => ({ User }),
  workingDir: (WorkingDir) => ({ WorkingDir }),
  envs: (Env) => ({ Env }),
  stopSignal: (StopSignal) => ({ StopSignal }),
  stopTimeout: (StopTimeout) => ({ StopTimeout }),
  labels: (labels) => ({ Labels: Object.fromEntries(labels.map(({ label, value }) => [label, value])) }),
  healthcheck: (check) => ({
    Healthcheck: {
      Test: check.tests,
      Interval: nanoseconds(check.interval),
      Timeout: nanoseconds(check.timeout),
      Retries: check.retries,
      StartPeriod: nanoseconds(check.startPeriod),
      ...{ StartInterval: nanoseconds(check.startInterval) },
    },
  }),
  ports: (ports) => ({
    ExposedPorts: Object.fromEntries(ports.map((port) => [`${port.internal}/${port.protocol ?? "tcp"}`, {}])),
    HostConfig: {
      PortBindings: Object.fromEntries(
        ports.map((port) => [
          `${port.internal}/${port.protocol ?? "tcp"}`,
          [{ HostIp: port.ip, HostPort: String(port.external) }],
        ]),
      ),
    },
  }),
  init: (Init) => host({ Init }),
  groupAdds: (GroupAdd) => host({ GroupAdd }),
  tmpfs: (Tmpfs) => host({ Tmpfs }),
  shmSize: (size) => host({ ShmSize: size * MIB }),
  networkMode: (NetworkMode) => host({ NetworkMode }),
  memory: (memory) => host({ Memory: memory * MIB }),
  memorySwap: (memory) => host({ MemorySwap: memory * MIB }),
  cpus: (cpus) => host({ NanoCpus: Number(cpus) * 1e9 }),
  restart: (Name) => host({ RestartPolicy: { Name } }),
  readOnly: (ReadonlyRootfs) => host({ ReadonlyRootfs }),
  securityOpts: (SecurityOpt) => host({ SecurityOpt }),
  cgroupnsMode: (CgroupnsMode) => host({ CgroupnsMode }),
  capabilities: ({ adds, drops }) => host({ CapAdd: adds, CapDrop: drops }),
  logDriver: (Type) => host({ LogConfig: { Type, Config: {} } }),
  logOpts: nothing, // with logDriver, below
  ulimits: (limits) =>
    host({ Ulimits: limits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })) }),
  volumes: (volumes) =>
    host({
      Binds: volumes.map(
        ({ volumeName, hostPath, containerPath, readOnly }) =>
          `${volumeName ?? hostPath}:${containerPath}:${readOnly ? "ro" : "rw"}`,
      ),
    }),
  // How the provider waits and stops; the tests have their own ways.
  wait: nothing,
  waitTimeout: nothing,
  destroyGraceSeconds: nothing,
};

/**
 * The request that creates a container, from the arguments that the program gives its docker provider.
 * @throws Error for an argument that is not known here: none may get lost, or the tests would run something else
 */
export function apiBody(args: docker.ContainerArgs): ContainerCreateOptions {
  const plain = args as Plain;
  const body: Part = {};
  for (const [key, value] of Object.entries(plain)) {
    if (value === undefined) continue;
    const write = WRITERS[key as keyof Plain] as ((value: unknown) => Part) | undefined;
    if (!write) throw new Error(`tests/hosts does not know the container argument "${key}": add it to api-body.ts`);
    const { HostConfig, ...rest } = write(value);
    Object.assign(body, rest);
    body.HostConfig = { ...body.HostConfig, ...HostConfig };
  }
  if (plain.logOpts && body.HostConfig?.LogConfig) body.HostConfig.LogConfig.Config = plain.logOpts;
  return body;
}
