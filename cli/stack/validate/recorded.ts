import { DockerType } from "../../../lib/docker-types";
import { MEBIBYTE } from "../../../lib/sizes";
import { type Deployment, isOuter, type StateResource } from "../state";
import { type Facts, NO_MORE_LIMITS } from "./facts";

/** A container as Pulumi's state records it: the inputs its component gave, and what Docker made of it. */
export interface RecordedContainer {
  /** Name of its container. */
  name: string;
  /** Docker's id. */
  id: string;
  /** On the host engine, not inside of ours. */
  outer: boolean;
  /** Meant to run; others only carry files into a volume, or make folders and end. */
  runs: boolean;
  /** Names of the networks it joins. */
  networks: string[];
  inputs: Record<string, unknown>;
}

/** The containers of an exported state that are meant to run. */
export function recordedContainers({ resources = [] }: Deployment): RecordedContainer[] {
  const containers = resources.filter(({ type }) => type === DockerType.Container);
  return containers.map(recordedContainer).filter(({ runs }) => runs);
}

/** Kinds of `networkMode` that name no network. */
const MODES = new Set(["", "none", "host", "bridge", "default"]);

/** One container of the state. */
export function recordedContainer(resource: StateResource): RecordedContainer {
  const { id = "", inputs = {} } = resource;
  const { networkMode = "", networksAdvanced = [] } = inputs as {
    networkMode?: string;
    networksAdvanced?: { name: string }[];
  };
  const own = MODES.has(networkMode) ? [] : [networkMode];
  return {
    name: String(inputs.name),
    id,
    outer: isOuter(resource),
    // Not by `mustRun`: a refresh writes false into that of a container that was stopped.
    runs: inputs.start !== false && inputs.attach !== true,
    networks: [...new Set([...own, ...networksAdvanced.map(({ name }) => name)])],
    inputs,
  };
}

const names = (value: unknown): string =>
  JSON.stringify((Array.isArray(value) ? value.map((name) => String(name).replace(/^CAP_/, "")) : []).sort());

/** The walls of a container, as its component declared them: what a `docker update` or a hand could have moved. */
export function recordedFacts({ inputs }: RecordedContainer): Facts {
  const { capabilities, ulimits, securityOpts } = inputs as {
    capabilities?: { adds?: string[]; drops?: string[] };
    ulimits?: { name: string; soft: number; hard: number }[];
    securityOpts?: string[];
  };
  const limits = (ulimits ?? []).map(({ name, soft, hard }) => [`ulimits.${name}`, `${soft}:${hard}`]);
  return {
    state: "healthy",
    image: String(inputs.image),
    user: String(inputs.user ?? ""),
    readOnly: JSON.stringify(inputs.readOnly ?? false),
    privileged: JSON.stringify(inputs.privileged ?? false),
    capAdd: names(capabilities?.adds),
    capDrop: names(capabilities?.drops),
    securityOptions: JSON.stringify([...(securityOpts ?? [])].sort()),
    memory: JSON.stringify(Number(inputs.memory ?? 0) * MEBIBYTE),
    memorySwap: JSON.stringify(Number(inputs.memorySwap ?? 0) * MEBIBYTE),
    cpus: JSON.stringify(Number(inputs.cpus ?? 0)),
    ...Object.fromEntries(limits),
    restart: String(inputs.restart ?? ""),
    pidMode: "",
    utsMode: "",
    usernsMode: String(inputs.usernsMode ?? ""),
    devices: "[]",
    moreLimits: NO_MORE_LIMITS,
  };
}
