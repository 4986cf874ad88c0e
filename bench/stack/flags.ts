/** A container as the program asked its docker provider for it: the inputs in the stack's state. */
export type Inputs = Record<string, unknown>;

type Words = string[];
type Writers = Record<string, (value: never, inputs: Inputs) => Words>;
interface Healthcheck {
  tests: string[];
  interval: string;
  timeout: string;
  retries: number;
  startPeriod: string;
  startInterval?: string;
}
interface Port {
  ip: string;
  external: number;
  internal: number;
  protocol: string;
}

interface Mount {
  type: string;
  source: string;
  target: string;
  readOnly?: boolean;
  bindOptions?: { propagation: string };
}

const nothing = (): Words => [];
const one = (flag: string) => (value: string | number) => [flag, String(value)];
const each = (flag: string) => (values: string[]) => values.flatMap((value) => [flag, value]);
const megabytes = (flag: string) => (value: number) => [flag, `${value}m`];
const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

const writeLabels = (labels: { label: string; value: string }[]) =>
  labels.flatMap(({ label, value }) => ["--label", `${label}=${value}`]);

/** How docker's command line says each argument; none may get lost, or the two sides would run different things. */
const CONTAINER: Writers = {
  name: one("--name"),
  hostname: one("--hostname"),
  user: one("--user"),
  workingDir: one("--workdir"),
  restart: one("--restart"),
  cgroupnsMode: one("--cgroupns"),
  cpus: one("--cpus"),
  memory: megabytes("--memory"),
  memorySwap: megabytes("--memory-swap"),
  stopSignal: one("--stop-signal"),
  stopTimeout: one("--stop-timeout"),
  logDriver: one("--log-driver"),
  groupAdds: each("--group-add"),
  envs: each("--env"),
  securityOpts: each("--security-opt"),
  logOpts: (options: Record<string, string>) => Object.entries(options).flatMap(([k, v]) => ["--log-opt", `${k}=${v}`]),
  tmpfs: (mounts: Record<string, string>) => Object.entries(mounts).flatMap(([k, v]) => ["--tmpfs", `${k}:${v}`]),
  init: (init: boolean) => (init ? ["--init"] : []),
  readOnly: (readOnly: boolean) => (readOnly ? ["--read-only"] : []),
  capabilities: ({ adds = [], drops = [] }: { adds?: string[]; drops?: string[] }) => [
    ...each("--cap-drop")(drops),
    ...each("--cap-add")(adds),
  ],
  labels: writeLabels,
  ulimits: (limits: { name: string; soft: number; hard: number }[]) =>
    limits.flatMap(({ name, soft, hard }) => ["--ulimit", `${name}=${soft}:${hard}`]),
  ports: (ports: Port[]) => ports.flatMap((p) => ["--publish", `${p.ip}:${p.external}:${p.internal}/${p.protocol}`]),
  volumes: (volumes: { volumeName?: string; hostPath?: string; containerPath: string; readOnly?: boolean }[]) =>
    volumes.flatMap((v) => ["--volume", `${v.volumeName ?? v.hostPath}:${v.containerPath}${v.readOnly ? ":ro" : ""}`]),
  mounts: (mounts: Mount[]) =>
    mounts.flatMap(({ type, source, target, readOnly, bindOptions }) => [
      "--mount",
      [
        ...[`type=${type}`, `source=${source}`, `target=${target}`],
        ...(readOnly ? ["readonly"] : []),
        ...(bindOptions ? [`bind-propagation=${bindOptions.propagation}`] : []),
      ].join(","),
    ]),
  // The command line knows the shell form only; all images here have one.
  healthcheck: (check: Healthcheck) => [
    ...["--health-cmd", check.tests.slice(1).map(quoted).join(" ")],
    ...["--health-interval", check.interval, "--health-timeout", check.timeout],
    ...["--health-retries", String(check.retries), "--health-start-period", check.startPeriod],
    ...(check.startInterval && check.startInterval !== "0s" ? ["--health-start-interval", check.startInterval] : []),
  ],
  networkMode: (mode: string, { networksAdvanced }) => (networksAdvanced ? [] : ["--network", mode]),
  networksAdvanced: (networks: { name: string; aliases?: string[]; ipv4Address?: string }[]) =>
    networks.flatMap(({ name, aliases = [], ipv4Address }) => [
      "--network",
      [`name=${name}`, ...aliases.map((alias) => `alias=${alias}`), ...(ipv4Address ? [`ip=${ipv4Address}`] : [])].join(
        ",",
      ),
    ]),
  entrypoints: ([first]: string[]) => (first === undefined ? [] : ["--entrypoint", first]),
  image: nothing, // the script knows what it built
  command: nothing, // after the image
  uploads: nothing, // docker cp
  start: nothing, // how the provider goes about it; the script has its own ways
  mustRun: nothing,
  wait: nothing,
  waitTimeout: nothing,
  removeVolumes: nothing,
  destroyGraceSeconds: nothing,
  containerReadRefreshTimeoutMilliseconds: nothing,
};

const NETWORK: Writers = {
  driver: one("--driver"),
  internal: (internal: boolean) => (internal ? ["--internal"] : []),
  ipamConfigs: (configs: { subnet: string; gateway: string }[]) =>
    configs.flatMap(({ subnet, gateway }) => ["--subnet", subnet, "--gateway", gateway]),
  ipamDriver: nothing,
  labels: writeLabels,
  name: nothing, // last
};

const VOLUME: Writers = {
  driver: one("--driver"),
  driverOpts: (options: Record<string, string>) => Object.entries(options).flatMap(([k, v]) => ["--opt", `${k}=${v}`]),
  labels: writeLabels,
  name: nothing, // last
};

function write(kind: string, writers: Writers, inputs: Inputs): Words {
  return Object.entries(inputs).flatMap(([key, value]) => {
    if (key === "__defaults" || value === undefined || value === null) return [];
    const writer = writers[key];
    if (!writer) throw new Error(`bench/stack does not know the ${kind} argument "${key}": add it to flags.ts`);
    return writer(value as never, inputs);
  });
}

/** What stands before the image in `docker create`, and what after. */
export function containerFlags(inputs: Inputs): { flags: Words; command: Words } {
  const entrypoints = (inputs.entrypoints ?? []) as string[];
  const command = (inputs.command ?? []) as string[];
  return { flags: write("container", CONTAINER, inputs), command: [...entrypoints.slice(1), ...command] };
}

/** The words after `docker network create`. */
export function networkFlags(inputs: Inputs): Words {
  return [...write("network", NETWORK, inputs), String(inputs.name)];
}

/** The words after `docker volume create`. */
export function volumeFlags(inputs: Inputs): Words {
  return [...write("volume", VOLUME, inputs), String(inputs.name)];
}

/** The words after `docker build`; build contexts are relative to the project, where the script runs. */
export function buildFlags(inputs: Inputs): Words {
  const { context, dockerfile, target, buildArgs } = inputs.build as {
    context: string;
    dockerfile?: string;
    target?: string;
    buildArgs?: Record<string, string>;
  };
  return [
    ...["--tag", String(inputs.name)],
    ...(dockerfile ? ["--file", `${context}/${dockerfile}`] : []),
    ...(target ? ["--target", target] : []),
    ...Object.entries(buildArgs ?? {}).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    context,
  ];
}
