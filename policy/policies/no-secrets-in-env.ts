import { DockerType } from "../../lib/docker-types";
import { Label } from "../../manifest/container/labels";
import { commandOf } from "../arguments";
import { type Container, containerOf, labelsOf } from "../container";
import { resourcePolicy } from "../define";
import { items, text } from "../known";
import type { Resource } from "../resource";
import { isSecret, plainNames, secretWords, withoutPlain } from "../secrets";

function pair(env: string): [string, string] {
  const [, name = env, value = ""] = /^([^=]*)=(.*)$/s.exec(env) ?? [];
  return [name, value];
}

/** What is wrong with named values, told by their names alone. */
function named(what: string, values: unknown, plain: string[]): string[] {
  const entries = values !== null && typeof values === "object" ? Object.entries(values) : [];
  const secret = entries.filter(([name, value]) => isSecret(name, text(value) ?? "", plain));
  return secret.map(([name]) => `${what} ${name} looks like a secret`);
}

function container({ inputs }: Container, allowed: string[]): string[] {
  const labels = labelsOf(inputs);
  const manifest = labels[Label.Manifest];
  const plain = [...allowed, ...plainNames(manifest)];
  const told = manifest === undefined ? labels : { ...labels, [Label.Manifest]: withoutPlain(manifest, plain) };
  const check = inputs.healthcheck && typeof inputs.healthcheck === "object" ? items(inputs.healthcheck.tests) : [];
  return [
    ...items(inputs.envs).flatMap((env) => named("env", Object.fromEntries([pair(env)]), plain)),
    ...named("label", told, plain),
    ...secretWords(commandOf(inputs), plain).map((place) => `argument ${place} looks like a secret`),
    ...secretWords(check, plain).map((place) => `word ${place} of its health check looks like a secret`),
    ...named("log option", inputs.logOpts, plain),
  ];
}

/** What the build of an image is given, whichever resource builds it. */
function build({ type, inputs }: Resource, plain: string[]): string[] {
  const given = (type === "docker-build:index:Image" ? inputs : (inputs.build ?? {})) as Record<string, unknown>;
  return [
    ...named("the build argument", given.buildArgs, plain),
    ...named("the build argument", given.args, plain),
    ...named("label", given.labels, plain),
    ...named("label", given.label, plain),
  ];
}

const IMAGES: string[] = [DockerType.Image, "docker:index/image:Image", "docker-build:index:Image"];
const LABELLED: string[] = [DockerType.Network, DockerType.Volume];

export const noSecretsInEnv = resourcePolicy<{ notSecrets: string[] }>({
  id: "no-secrets-in-env",
  title: "No secret is in a container's environment, labels or arguments, or in a build argument.",
  severity: "critical",
  reason: "`docker inspect`, the process list, core dumps and the image's history show them to everybody.",
  fix: "deliver it as a file (this program: `secrets` of the manifest, with `env` as a variable of its process; VolumeFiles), and name the file: X_FILE=/run/secrets/x",
  references: [
    "CIS Docker 4.10",
    "OWASP Docker rule 12",
    "OWASP Secrets Management cheat sheet",
    "OWASP MCP Top 10: MCP01",
  ],
  settings: {
    notSecrets: {
      schema: {
        type: "array",
        description:
          "Names of variables, options and build arguments that only sound like secrets; a server's manifest has its own.",
        items: { type: "string", minLength: 1 },
      },
      default: [],
    },
  },
  check: (resource, { notSecrets }) => {
    const given = containerOf(resource);
    if (given) return container(given, notSecrets);
    if (IMAGES.includes(resource.type)) return build(resource, notSecrets);
    if (!LABELLED.includes(resource.type)) return [];
    return [
      ...named("label", labelsOf(resource.inputs), notSecrets),
      ...named("option", resource.inputs.driverOpts, notSecrets),
    ];
  },
});
