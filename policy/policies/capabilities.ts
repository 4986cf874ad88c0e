import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Role } from "../../manifest/container/labels";
import { containerPolicy } from "../define";
import { isOpen, items, UNKNOWN } from "../known";
import { dockerName } from "../resource";

interface Config {
  allowed: Record<string, string[]>;
}

const DROP_ALL = "capabilities.drops does not hold ALL";

/** The engine's written set: the file that gives the reason of each. */
function engineSet(): string[] {
  const file = readFileSync(join(__dirname, "../../images/engine/privileges.json"), "utf8");
  return (JSON.parse(file) as { capabilities: { name: string }[] }).capabilities.map(({ name }) => name);
}

function fullName(capability: string): string {
  const upper = capability.toUpperCase();
  return upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
}

export const capabilities = containerPolicy<Config>({
  id: "capabilities",
  title: "A container drops all capabilities, and adds those of its written set only.",
  severity: "high",
  reason: "Every capability is a piece of root; one nobody wrote a reason for is one nobody needs.",
  fix: "drop ALL, remove the rest, or write the capability into the policy's `allowed` (the engine's: images/engine/privileges.json)",
  references: ["CIS Docker 5.4", "OWASP Docker rule 3", "MCP: local server compromise"],
  settings: {
    allowed: {
      schema: {
        type: "object",
        description: "Capabilities that a container may add, by its name in Docker or in Pulumi.",
        additionalProperties: { type: "array", items: { type: "string", pattern: "^[A-Za-z_]+$" } },
      },
      default: {},
    },
  },
  check: ({ inputs, resource, role }, { allowed }) => {
    if (inputs.capabilities === UNKNOWN) return [];
    const { adds, drops } = inputs.capabilities ?? {};
    const written = [
      ...(role === Role.Engine ? engineSet() : []),
      ...(allowed[dockerName(resource)] ?? allowed[resource.name] ?? []).map(fullName),
    ];
    const extra = items(adds).filter((name) => !written.includes(fullName(name)));
    const dropsAll = isOpen(drops) || items(drops).some((name) => name.toUpperCase() === "ALL");
    return [...(dropsAll ? [] : [DROP_ALL]), ...extra.map((name) => `adds ${name}, which is not in its written set`)];
  },
});
