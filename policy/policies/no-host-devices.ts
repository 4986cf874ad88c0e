import { containerPolicy } from "../define";
import { items, text } from "../known";
import { dockerName } from "../resource";

interface Config {
  allowed: Record<string, string[]>;
}

export const noHostDevices = containerPolicy<Config>({
  id: "no-host-devices",
  title: "No container has devices of its host.",
  severity: "high",
  reason: "A disk is all its files, without their permissions; /dev/mem is the kernel.",
  fix: "remove it from devices, or write it into the policy's `allowed`",
  references: ["CIS Docker 5.18"],
  settings: {
    allowed: {
      schema: {
        type: "object",
        description: "Devices that a container may have, by its name in Docker or in Pulumi.",
        additionalProperties: { type: "array", items: { type: "string", pattern: "^/" } },
      },
      default: {},
    },
  },
  check: ({ inputs, resource }, { allowed }) => {
    const written = allowed[dockerName(resource)] ?? allowed[resource.name] ?? [];
    return items(inputs.devices)
      .flatMap(({ hostPath }) => text(hostPath) ?? [])
      .filter((device) => !written.includes(device))
      .map((device) => `has the device ${device}`);
  },
});
