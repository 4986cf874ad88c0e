import { DockerType } from "../lib/docker-types";
import { Label, Role } from "../manifest/container/labels";
import { INIT } from "../manifest/container/program";
import { items, type Maybe, text, UNKNOWN } from "./known";
import { isOnHost, type Resource } from "./resource";

interface LabelInput {
  label?: Maybe<string>;
  value?: Maybe<string>;
}

interface Port {
  internal?: Maybe<number>;
  external?: Maybe<number>;
  ip?: Maybe<string>;
  protocol?: Maybe<string>;
}

/** The inputs of docker.Container that policies read. */
export interface ContainerInputs {
  capabilities?: Maybe<{ adds?: Maybe<Maybe<string>[]>; drops?: Maybe<Maybe<string>[]> }>;
  cgroupParent?: Maybe<string>;
  cgroupnsMode?: Maybe<string>;
  command?: Maybe<Maybe<string>[]>;
  cpuQuota?: Maybe<number>;
  cpus?: Maybe<string>;
  deviceCgroupRules?: Maybe<Maybe<string>[]>;
  deviceRequests?: Maybe<Maybe<object>[]>;
  devices?: Maybe<Maybe<{ hostPath?: Maybe<string> }>[]>;
  entrypoints?: Maybe<Maybe<string>[]>;
  envs?: Maybe<Maybe<string>[]>;
  gpus?: Maybe<string>;
  groupAdds?: Maybe<Maybe<string>[]>;
  healthcheck?: Maybe<{ tests?: Maybe<Maybe<string>[]> }>;
  image?: Maybe<string>;
  ipcMode?: Maybe<string>;
  labels?: Maybe<Maybe<LabelInput>[]>;
  logOpts?: Maybe<Record<string, unknown>>;
  memory?: Maybe<number>;
  memorySwap?: Maybe<number>;
  mounts?: Maybe<Maybe<{ source?: Maybe<string>; volumeOptions?: Maybe<{ driverOptions?: unknown }> }>[]>;
  networkMode?: Maybe<string>;
  networksAdvanced?: Maybe<Maybe<{ name?: Maybe<string> }>[]>;
  pidMode?: Maybe<string>;
  ports?: Maybe<Maybe<Port>[]>;
  privileged?: Maybe<boolean>;
  publishAllPorts?: Maybe<boolean>;
  readOnly?: Maybe<boolean>;
  restart?: Maybe<string>;
  securityOpts?: Maybe<Maybe<string>[]>;
  start?: Maybe<boolean>;
  ulimits?: Maybe<Maybe<{ name?: Maybe<string>; hard?: Maybe<number> }>[]>;
  uploads?: Maybe<Maybe<{ content?: Maybe<string>; contentBase64?: Maybe<string>; file?: Maybe<string> }>[]>;
  user?: Maybe<string>;
  usernsMode?: Maybe<string>;
  volumes?: Maybe<
    Maybe<{
      hostPath?: Maybe<string>;
      containerPath?: Maybe<string>;
      volumeName?: Maybe<string>;
      fromContainer?: Maybe<string>;
    }>[]
  >;
}

export interface Container {
  resource: Resource;
  inputs: ContainerInputs;
  /** Its role in a stack of this kind. */
  role?: Role;
}

/** The container, if the resource is one. */
export function containerOf(resource: Resource): Container | undefined {
  if (resource.type !== DockerType.Container) return undefined;
  const inputs = resource.inputs as ContainerInputs;
  const role = roleOf(resource, inputs);
  return { resource, inputs, ...(role ? { role } : {}) };
}

/** The containers among resources. */
export function containersOf(resources: Resource[]): Container[] {
  return resources.flatMap((resource) => containerOf(resource) ?? []);
}

/** Its labels; an empty one stands for none, and a value that is not known is missing. */
export function labelsOf({ labels }: ContainerInputs): Record<string, string> {
  return Object.fromEntries(
    items(labels).flatMap(({ label, value }) => {
      const [name, known] = [text(label), text(value)];
      return name !== undefined && known ? [[name, known]] : [];
    }),
  );
}

/** Returns the role that its label claims, if the container is where that role belongs: a role opens exceptions. */
function roleOf(resource: Resource, inputs: ContainerInputs): Role | undefined {
  const claimed = labelsOf(inputs)[Label.Role];
  if (claimed === Role.Engine && isOnHost(resource)) return Role.Engine;
  if (claimed === Role.Orchestrator && !isOnHost(resource)) return Role.Orchestrator;
  if (claimed === Role.VolumeFiles && inputs.start === false) return Role.VolumeFiles;
  if (claimed === Role.StorageFolders && !isOnHost(resource) && runsInitOnly(inputs)) return Role.StorageFolders;
  return undefined;
}

/** True when nothing but mcp-init can run in it, which makes folders and ends. */
function runsInitOnly({ entrypoints, command, restart }: ContainerInputs): boolean {
  const [program, ...more] = items(entrypoints);
  const [work] = items(command);
  return program === INIT.target && more.length === 0 && (work === "make" || work === "remove") && restart === "no";
}

/** Folders and files of the engine's machine that it mounts. */
export function hostPaths({ volumes, mounts }: ContainerInputs): string[] {
  const named = [
    ...items(volumes).flatMap(({ hostPath, volumeName }) => [hostPath, volumeName]),
    ...items(mounts).map(({ source }) => source),
  ];
  return [
    ...named.flatMap((name) => (/^[/\\]/.test(text(name) ?? "") ? [text(name) ?? ""] : [])), // others are volumes
    ...items(mounts).flatMap(({ volumeOptions }) =>
      volumeOptions && volumeOptions !== UNKNOWN ? volumeDevices(volumeOptions.driverOptions) : [],
    ),
  ];
}

/** Paths of the engine's machine in the options of a volume: of a bind (`device`), of an overlay (`lowerdir=`). */
export function volumeDevices(options: unknown): string[] {
  if (options === null || typeof options !== "object") return [];
  const words = Object.values(options).flatMap((value) => (text(value) ?? "").split(/[,:=]/));
  return words.filter((word) => word.startsWith("/"));
}

/** The number of its user, when it has one that is known. */
export function uidOf({ user }: ContainerInputs): number | undefined {
  const [, uid] = /^(\d+)(:|$)/.exec(text(user) ?? "") ?? [];
  return uid === undefined ? undefined : Number(uid);
}
