import { looksLikeSecret, secretArguments } from "../../mcp/secret-names";
import { containerOf, labelsOf } from "../container";
import { resourcePolicy } from "../define";
import { items, text } from "../known";
import { DockerType } from "../resource";

/** Keys and tokens known by their shape, wherever they are. */
const SHAPES = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(ghp|gho|ghs)_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /\bsk-[A-Za-z0-9_-]{20,}/,
  /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/,
];

/** True when the text looks like a secret written down, by the name it has or by its shape. */
export function isSecret(name: string, value: string): boolean {
  // A revision or a hash of secrets tells nothing of them.
  const told = /[._-](revision|hash|sha256)$/i.test(name) ? "" : name;
  return looksLikeSecret(told, value) || SHAPES.some((shape) => shape.test(value));
}

function pair(env: string): [string, string] {
  const [, name = env, value = ""] = /^([^=]*)=(.*)$/s.exec(env) ?? [];
  return [name, value];
}

export const noSecretsInEnv = resourcePolicy({
  id: "no-secrets-in-env",
  title: "No secret is in a container's environment, labels or arguments, or in a build argument.",
  severity: "critical",
  reason: "`docker inspect`, the process list, core dumps and the image's history show them to everybody.",
  fix: "deliver it as a file (this program: `secrets` of the manifest, VolumeFiles), and name the file: X_FILE=/run/secrets/x",
  references: ["CIS Docker 4.10", "OWASP Docker rule 12", "OWASP Secrets Management cheat sheet", "MCP: token theft"],
  check: (resource) => {
    if (resource.type === DockerType.Image) {
      const { buildArgs = {} } = (resource.inputs.build ?? {}) as { buildArgs?: Record<string, unknown> };
      const named = Object.entries(buildArgs).filter(([name, value]) => isSecret(name, text(value) ?? ""));
      return named.map(([name]) => `the build argument ${name} looks like a secret`);
    }
    const inputs = containerOf(resource)?.inputs;
    if (!inputs) return [];
    const envs = items(inputs.envs).map(pair);
    const words = [...items(inputs.entrypoints), ...items(inputs.command)];
    return [
      ...envs.filter(([name, value]) => isSecret(name, value)).map(([name]) => `env ${name} looks like a secret`),
      ...Object.entries(labelsOf(inputs))
        .filter(([name, value]) => isSecret(name, value))
        .map(([name]) => `label ${name} looks like a secret`),
      ...secretArguments(words).map((index) => `argument ${index + 1} looks like a secret`),
    ];
  },
});
