import { type ContainerInputs, Role } from "../container";
import { containerPolicy } from "../define";
import { absent, items, UNKNOWN } from "../known";

/** The provider has no limit on a container's processes: its user's limit is one, where each has a user of its own. */
function limitsProcesses({ ulimits, cgroupParent }: ContainerInputs): boolean {
  if (ulimits === UNKNOWN || !absent(cgroupParent)) return true;
  return items(ulimits).some(({ name, hard }) => name === "nproc" && (hard === UNKNOWN || Number(hard ?? -1) > 0));
}

export const resourceLimits = containerPolicy({
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
  check: ({ inputs }) => [
    ...(absent(inputs.memory) ? ["memory has no limit"] : []),
    ...(inputs.memorySwap === -1 ? ["memorySwap is -1, which is swap without a limit"] : []),
    ...(absent(inputs.cpus) && absent(inputs.cpuQuota) ? ["cpus has no limit"] : []),
    ...(limitsProcesses(inputs) ? [] : ["processes have no limit"]),
  ],
});
