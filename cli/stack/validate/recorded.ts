import type { Facts } from "./facts";

/** A container as Pulumi's state records it: the inputs its component gave, and what Docker made of it. */
export interface RecordedContainer {
  /** Name of its container. */
  name: string;
  /** Docker's id. */
  id: string;
  /** On the host engine, not inside of ours. */
  outer: boolean;
  inputs: Record<string, unknown>;
}

interface StateResource {
  type: string;
  urn: string;
  provider?: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

const CONTAINER = "docker:index/container:Container";

/** The containers of an exported state that are meant to run. @param deployment `pulumi stack export`'s */
export function recordedContainers(deployment: { resources?: StateResource[] }): RecordedContainer[] {
  return (deployment.resources ?? [])
    .filter(({ type, inputs }) => type === CONTAINER && inputs?.mustRun !== false && inputs?.start !== false)
    .map(({ id = "", inputs = {}, provider = "" }) => ({
      name: String(inputs.name),
      id,
      outer: /::pulumi:providers:docker::host::/.test(provider),
      inputs,
    }));
}

const MIB = 1024 * 1024;
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
    memory: JSON.stringify(Number(inputs.memory ?? 0) * MIB),
    memorySwap: JSON.stringify(Number(inputs.memorySwap ?? 0) * MIB),
    cpus: JSON.stringify(Number(inputs.cpus ?? 0)),
    ...Object.fromEntries(limits),
    restart: String(inputs.restart ?? ""),
    pidMode: "",
    utsMode: "",
    usernsMode: String(inputs.usernsMode ?? ""),
    devices: "[]",
  };
}
