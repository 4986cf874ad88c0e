import { Role } from "../../manifest/container/labels";
import { type ContainerInputs, uidOf } from "../container";
import { containerPolicy } from "../define";
import { absent, isOpen, items, UNKNOWN } from "../known";

interface Config {
  maximumProcesses: number;
}

/** True for a limit; 0 and -1 mean none, to Docker. */
function limits(value: unknown): boolean {
  return value === UNKNOWN || Number(value ?? 0) > 0;
}

/** The provider has no limit on a container's processes: its user's limit is one, where each has a user of its own. */
function processes(inputs: ContainerInputs, most: number): string[] {
  const { ulimits, cgroupParent } = inputs;
  if (!absent(cgroupParent)) return [];
  const limit = items(ulimits).find(({ name }) => name === "nproc")?.hard;
  if (!limits(limit)) {
    return isOpen(ulimits) || items(ulimits).some(({ name }) => name === UNKNOWN) ? [] : ["processes have no limit"];
  }
  if (uidOf(inputs) === 0 || inputs.user === "root") return ["processes have no limit: nproc does not bind root"];
  return typeof limit === "number" && limit > most ? [`nproc is ${limit}, expected ${most} at most`] : [];
}

export const resourceLimits = containerPolicy<Config>({
  id: "resource-limits",
  title: "Memory, processors and processes of a container are limited.",
  severity: "high",
  reason: "One server in a loop, or one fork bomb, would take the machine from all others.",
  fix: "set memory, memorySwap, cpus, and ulimits with nproc (or a cgroupParent that limits processes)",
  references: ["CIS Docker 5.11", "CIS Docker 5.12", "CIS Docker 5.29", "OWASP Docker rule 7"],
  exceptions: {
    [Role.Engine]:
      "holds the servers, which have limits of their own; a limit on all of them would make the kernel kill the daemon for what a server does",
    [Role.VolumeFiles]: "no process of it ever runs",
  },
  settings: {
    maximumProcesses: {
      schema: { type: "integer", minimum: 1, description: "Processes of one container: more is no limit." },
      default: 32_768,
    },
  },
  check: ({ inputs }, { maximumProcesses }) => [
    ...(limits(inputs.memory) ? [] : ["memory has no limit"]),
    ...(inputs.memorySwap === -1 ? ["memorySwap is -1, which is swap without a limit"] : []),
    ...(limits(inputs.cpus) || limits(inputs.cpuQuota) ? [] : ["cpus has no limit"]),
    ...processes(inputs, maximumProcesses),
  ],
});
