import { containerPolicy } from "../define";
import { absent, items, text } from "../known";
import { dockerName } from "../resource";

interface Config {
  allowed: Record<string, string[]>;
}

/** True when the input asks for something; what is not known yet may still be nothing. */
function asks(input: unknown): boolean {
  return Array.isArray(input) ? input.length > 0 : text(input) !== undefined && !absent(input);
}

export const noHostDevices = containerPolicy<Config>({
  id: "no-host-devices",
  title: "No container has devices of its host.",
  severity: "high",
  reason: "A disk is all its files, without their permissions; /dev/mem is the kernel.",
  fix: "remove it, or write it into the policy's `allowed`",
  references: ["CIS Docker 5.18"],
  settings: {
    allowed: {
      schema: {
        type: "object",
        description: "Devices that a container may have (/dev/kvm, gpus), by its name in Docker or in Pulumi.",
        additionalProperties: {
          type: "array",
          items: { type: "string", pattern: "^(/.+|gpus|deviceRequests|deviceCgroupRules)$" },
        },
      },
      default: {},
    },
  },
  check: ({ inputs, resource }, { allowed }) => {
    const written = allowed[dockerName(resource)] ?? allowed[resource.name] ?? [];
    const devices = items(inputs.devices).flatMap(({ hostPath }) => text(hostPath) ?? []);
    const others = ["gpus", "deviceRequests", "deviceCgroupRules"] as const;
    return [
      ...devices.filter((device) => !written.includes(device)).map((device) => `has the device ${device}`),
      ...others.filter((input) => asks(inputs[input]) && !written.includes(input)).map((input) => `has ${input}`),
    ];
  },
});
