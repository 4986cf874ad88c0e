import type { ContainerCreateOptions, ContainerInspectInfo, ImageInspectInfo } from "dockerode";
import { parseJson } from "../../../lib/json";
import { Label } from "../../../manifest/container/labels";
import { containerState } from "../../engine/host";

/** The limits that nothing here sets (cpu shares, period, quota and set, memory reservation, pids), but a `docker update` can. */
export const NO_MORE_LIMITS = "[0,0,0,0,0,0]";

/** What matters of a container, by path; every value in a form that compares with `===`. */
export type Facts = Record<string, string>;

/** The parts of an inspected container that facts are taken from. */
export interface Inspected {
  Config: Pick<
    ContainerCreateOptions,
    "Hostname" | "User" | "Entrypoint" | "Cmd" | "WorkingDir" | "Env" | "Labels" | "StopSignal" | "StopTimeout"
  > & { Healthcheck?: object };
  HostConfig: NonNullable<ContainerCreateOptions["HostConfig"]>;
  /** Id of its image. */
  Image: string;
  /** Names of its networks; `none` is one. */
  networks: string[];
  /** healthy, starting, exited, ... */
  state: string;
}

const json = (value: unknown): string => JSON.stringify(value ?? null);
/** An empty list and none are the same to Docker, and its clients write them differently. */
const list = (value: string | string[] | null | undefined): string => json([value ?? []].flat());
const sorted = (value: string[] | null | undefined): string => json([...(value ?? [])].sort());

function keyed(prefix: string, values: Record<string, string>): Facts {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}.${key}`, value]));
}

/** `NAME=VALUE` texts by name. */
export function environment(env: string[] | null | undefined): Record<string, string> {
  return Object.fromEntries((env ?? []).map((text) => [text.split("=", 1)[0], text.slice(text.indexOf("=") + 1)]));
}

/** Every leaf of a manifest by its path; a label that is no JSON is one leaf. */
function manifestFacts(label: string | undefined): Facts {
  const facts: Facts = {};
  const walk = (path: string, value: unknown): void => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) facts[path] = json(value);
    else for (const [key, item] of Object.entries(value)) walk(`${path}.${key}`, item);
  };
  const manifest = parseJson(label ?? "null");
  if (manifest === undefined) facts.manifest = json(label);
  else walk("manifest", manifest);
  return facts;
}

/** The facts of a container: one that is there, or one as it should be. */
export function factsOf({ Config: c, HostConfig: h, Image, networks, state }: Inspected): Facts {
  const { [Label.Manifest]: manifest, ...labels } = c.Labels ?? {};
  const mounts = (h.Binds ?? []).map((bind) => bind.split(":"));
  const { Test, Interval, Timeout, Retries, StartPeriod } = (c.Healthcheck ?? {}) as Record<string, unknown>;
  return {
    state,
    image: Image,
    hostname: c.Hostname ?? "",
    user: c.User ?? "",
    groups: sorted(h.GroupAdd),
    entrypoint: list(c.Entrypoint),
    command: list(c.Cmd),
    init: json(h.Init ?? false),
    workdir: c.WorkingDir ?? "",
    ...keyed("env", environment(c.Env)),
    ...keyed("labels", labels),
    ...manifestFacts(manifest),
    ...keyed("mounts", Object.fromEntries(mounts.map(([source, target, mode]) => [target, `${source}:${mode}`]))),
    // Mounts in Docker's other form: nothing here is made with it.
    moreMounts: list(h.Mounts?.map(({ Target }) => Target)),
    ...keyed("tmpfs", h.Tmpfs ?? {}),
    sharedMemory: json(h.ShmSize ?? 0),
    networkMode: h.NetworkMode ?? "",
    networks: sorted(networks),
    hosts: sorted(h.ExtraHosts),
    dns: list(h.Dns),
    ports: sorted(Object.keys(h.PortBindings ?? {})),
    memory: json(h.Memory ?? 0),
    memorySwap: json(h.MemorySwap ?? 0),
    cpus: json((h.NanoCpus ?? 0) / 1e9),
    moreLimits: json(
      [h.CpuShares, h.CpuPeriod, h.CpuQuota, h.CpusetCpus, h.MemoryReservation, h.PidsLimit].map((limit) => limit || 0),
    ),
    ...keyed("ulimits", Object.fromEntries((h.Ulimits ?? []).map((u) => [u.Name, `${u.Soft}:${u.Hard}`]))),
    logs: json([
      h.LogConfig?.Type,
      ...Object.entries(h.LogConfig?.Config ?? {})
        .flat()
        .sort(),
    ]),
    restart: h.RestartPolicy?.Name ?? "",
    stopSignal: c.StopSignal ?? "",
    stopTimeout: json(c.StopTimeout),
    healthcheck: json([Test, Interval, Timeout, Retries, StartPeriod]),
    readOnly: json(h.ReadonlyRootfs ?? false),
    privileged: json(h.Privileged ?? false),
    capAdd: sorted(h.CapAdd?.map(capability)),
    capDrop: sorted(h.CapDrop?.map(capability)),
    securityOptions: sorted(h.SecurityOpt),
    pidMode: h.PidMode ?? "",
    ipcMode: h.IpcMode || "private",
    utsMode: h.UTSMode ?? "",
    usernsMode: h.UsernsMode ?? "",
    devices: list(((h.Devices ?? []) as { PathOnHost: string }[]).map(({ PathOnHost }) => PathOnHost)),
  };
}

function capability(name: string): string {
  return name.replace(/^CAP_/, "");
}

/** What an image says, where the container's specification says nothing. */
export type ImageConfig = Pick<ImageInspectInfo["Config"], "Entrypoint" | "Cmd" | "WorkingDir" | "Env" | "Labels"> & {
  StopSignal?: string;
};

/** A container that is there. */
export function inspected(container: ContainerInspectInfo): Inspected {
  const { Config, HostConfig, Image, NetworkSettings } = container;
  const networks = Object.keys(NetworkSettings.Networks);
  return { Config, HostConfig, Image, networks, state: containerState(container) };
}
