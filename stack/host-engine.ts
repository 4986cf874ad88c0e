import { VOLUMES } from "../components/persistent-volumes";
import type { Settings } from "../config/settings";
import { overlaps } from "../lib/addresses";
import { dockerAt } from "../lib/docker-client";
import { type Problem, ProblemsError } from "../lib/problems";
import { Label } from "../manifest/container/labels";
import { publishedPorts } from "./ports";

/** What the program needs to know of the host engine before it declares anything. */
export interface HostEngine {
  /** The machine's name, as its kernel has it. */
  hostname: string;
  /** Docker's own version, e.g. "26.1.5". */
  version: string;
  apiVersion: string;
  operatingSystem: string;
  cgroupVersion: string;
  cgroupControllers: { memory: boolean; cpu: boolean; pids: boolean };
  securityOptions: string[];
  processors: number;
  /** Where it keeps its data. */
  dataRoot: string;
  networks: { name: string; subnets: string[] }[];
  containers: { name: string; hostPorts: number[] }[];
  /** What has a name on the host engine, and the stack whose label it wears. */
  named: { kind: "container" | "network" | "volume"; name: string; stack?: string }[];
}

/** Lowest API the engine's container needs: private cgroup namespaces came with 1.41 (Docker 20.10). */
const MIN_API = "1.41";

/**
 * Asks the host engine; the only effect in this file.
 * @throws ProblemsError when it does not answer
 */
export async function inspectHostEngine(endpoint: string): Promise<HostEngine> {
  const docker = dockerAt(endpoint);
  const [info, version, networks, containers, { Volumes: volumes }] = await Promise.all([
    docker.info(),
    docker.version(),
    docker.listNetworks(),
    docker.listContainers({ all: true }),
    docker.listVolumes(),
  ]).catch((error: Error) => {
    const fix = "start Docker there, or set dind-mcp:hostEngine to where it listens";
    throw new ProblemsError([
      { file: `host engine ${endpoint}`, path: "connection", got: error.message, expected: "an answer", fix },
    ]);
  });
  return {
    hostname: info.Name,
    version: version.Version,
    apiVersion: version.ApiVersion,
    operatingSystem: info.OSType,
    cgroupVersion: info.CgroupVersion ?? "1",
    cgroupControllers: { memory: info.MemoryLimit, cpu: info.CpuCfsQuota, pids: info.PidsLimit },
    securityOptions: info.SecurityOptions ?? [],
    processors: info.NCPU,
    dataRoot: info.DockerRootDir,
    networks: networks.map((n) => ({
      name: n.Name,
      subnets: (n.IPAM?.Config ?? []).flatMap((c) => (c.Subnet?.includes(".") ? [c.Subnet] : [])),
    })),
    containers: containers.map((c) => ({
      name: c.Names[0]?.slice(1) ?? c.Id,
      hostPorts: c.Ports.flatMap((p) => (p.PublicPort ? [p.PublicPort] : [])),
    })),
    named: [
      ...containers.map((c) => ({
        kind: "container" as const,
        name: c.Names[0]?.slice(1) ?? c.Id,
        stack: c.Labels?.[Label.Stack],
      })),
      ...networks.map((n) => ({ kind: "network" as const, name: n.Name, stack: n.Labels?.[Label.Stack] })),
      ...(volumes ?? []).map((v) => ({ kind: "volume" as const, name: v.Name, stack: v.Labels?.[Label.Stack] })),
    ],
  };
}

/** True when the host engine puts an SELinux label on every container. */
export function labelsContainers({ securityOptions }: Pick<HostEngine, "securityOptions">): boolean {
  return securityOptions.some((option) => option.split(",").includes("name=selinux"));
}

/** True when dotted version `a` is older than `b`. */
function older(a: string, b: string): boolean {
  return a.localeCompare(b, "en", { numeric: true }) < 0;
}

/** Returns everything on this host that stands in the way; empty when the stack can be made. */
export function hostProblems(host: HostEngine, settings: Settings): Problem[] {
  const problems: Problem[] = [];
  const refuse = (path: string, got: string, expected: string, fix?: string) =>
    problems.push({ file: `host engine ${settings.hostEngine}`, path, got, expected, fix });

  if (host.operatingSystem !== "linux") refuse("OSType", host.operatingSystem, "linux containers");
  if (older(host.apiVersion, MIN_API)) {
    refuse(
      "ApiVersion",
      `${host.apiVersion} (Docker ${host.version})`,
      `${MIN_API} or newer`,
      "update Docker to 20.10 or newer",
    );
  }
  const option = (name: string) => host.securityOptions.some((o) => o.split(",").includes(`name=${name}`));
  if (option("rootless")) {
    refuse(
      "SecurityOptions",
      "a rootless engine",
      "a rootful one: the engine inside mounts overlays and cgroups",
      "point dind-mcp:hostEngine at a rootful Docker",
    );
  }
  if (option("userns")) {
    refuse(
      "SecurityOptions",
      "an engine with userns-remap",
      "one without: CAP_SYS_ADMIN has no effect on its cgroups and /proc/sys",
      "point dind-mcp:hostEngine at a Docker without userns-remap",
    );
  }
  for (const [controller, there] of Object.entries(host.cgroupControllers)) {
    if (!there)
      refuse(
        `cgroup v${host.cgroupVersion}`,
        `no ${controller} controller`,
        "memory, cpu and pids controllers, so that servers can be limited",
      );
  }
  for (const network of host.networks) {
    const clash = network.subnets.find((subnet) => overlaps(subnet, settings.networkCidr));
    if (clash && network.name !== settings.networkName) {
      refuse(
        `network ${network.name}`,
        `subnet ${clash}`,
        `none that overlaps ${settings.networkCidr}`,
        "set dind-mcp:networkCidr to a free subnet, or remove that network",
      );
    }
  }
  const wanted = publishedPorts(settings);
  for (const container of host.containers.filter(({ name }) => name !== settings.engineName)) {
    for (const { key, external } of wanted.filter((port) => container.hostPorts.includes(port.external))) {
      refuse(
        `container ${container.name}`,
        `host port ${external} in use`,
        "a free port",
        `set dind-mcp:${key} to a free port, or stop that container`,
      );
    }
  }
  return problems;
}

/**
 * Returns the names that this stack wants and something else has. To take them over would put two stacks on one engine,
 * or on one set of data. A volume without a label does not count: it may be a restored one.
 * @param stack "project/stack"
 */
export function takenNames(host: HostEngine, settings: Settings, stack: string): Problem[] {
  const wanted = {
    container: { key: "engineName", names: [settings.engineName, `${settings.engineName}-certs`] },
    network: { key: "networkName", names: [settings.networkName] },
    volume: { key: "volumePrefix", names: Object.values(VOLUMES).map((name) => settings.volumePrefix + name) },
  };
  return host.named
    .filter(({ kind, name, stack: owner }) => wanted[kind].names.includes(name) && owner !== stack)
    .filter(({ kind, stack: owner }) => kind !== "volume" || owner !== undefined)
    .map(({ kind, name, stack: owner }) => ({
      file: `host engine ${settings.hostEngine}`,
      path: `${kind} ${name}`,
      got: owner ? `a ${kind} of the stack ${owner}` : `a ${kind} of somebody else`,
      expected: `a name that is free, or this stack's (${stack})`,
      fix: `set dind-mcp:${wanted[kind].key} to another name, or remove that ${kind}`,
    }));
}
