import { posix } from "node:path";
import { HOST_FOLDERS, LENT_FOLDERS } from "../../manifest/container/container-spec";
import { Label, Role } from "../../manifest/container/labels";
import { type Container, type ContainerInputs, hostPaths, labelsOf } from "../container";
import { containerPolicy } from "../define";
import { items, text } from "../known";
import { dockerName, isOnHost } from "../resource";

interface Config {
  allowed: Record<string, string[]>;
}

/** What an engine's container mounts because the config lends it: where the engine looks for it, by a name it is told. */
function lentByConfig({ envs, volumes }: ContainerInputs): string[] {
  const told = items(envs).flatMap((env) => /^FOLDERS=(.*)$/s.exec(text(env) ?? "")?.[1]?.split(" ") ?? []);
  const places = told.map((entry) => `${HOST_FOLDERS}/${entry.split(":")[0]}`);
  return items(volumes).flatMap(({ hostPath, containerPath }) =>
    places.includes(text(containerPath) ?? "") ? (text(hostPath) ?? []) : [],
  );
}

/** True when one of the paths is the other, or holds it. */
function meet(a: string, b: string): boolean {
  const holds = (outer: string, inner: string): boolean => `${inner}/`.startsWith(outer === "/" ? "/" : `${outer}/`);
  return holds(a, b) || holds(b, a);
}

function onHost({ inputs, role }: Container, allowed: string[]): string[] {
  const lent = role === Role.Engine ? lentByConfig(inputs) : [];
  return hostPaths(inputs)
    .filter((path) => ![...lent, ...allowed].includes(path))
    .map((path) => `mounts ${path} of the host`);
}

function inEngine({ inputs }: Container): string[] {
  const own = `${LENT_FOLDERS}/${labelsOf(inputs)[Label.Server] ?? ""}/`;
  return hostPaths(inputs)
    .map((path) => posix.normalize(path))
    .filter((path) => [LENT_FOLDERS, HOST_FOLDERS].some((folders) => meet(path, folders)) && !path.startsWith(own))
    .map((path) => `mounts ${path}, where folders of the host are that others got`);
}

export const hostFolders = containerPolicy<Config>({
  id: "host-folders",
  title: "No container sees a folder of the host, but for what the config lends to a server.",
  severity: "high",
  reason: "A folder of the host is a way around every other wall, and who lends it should stand in the config.",
  fix: "remove the mount, lend the folder to a server (config key `folders`), or write it into the policy's `allowed`",
  references: ["CIS Docker 5.6", "OWASP Docker rule 1", "MCP: local server compromise"],
  settings: {
    allowed: {
      schema: {
        type: "object",
        description: "Folders of the host that a container may mount, by its name in Docker or in Pulumi.",
        additionalProperties: { type: "array", items: { type: "string", pattern: "^/" } },
      },
      default: {},
    },
  },
  check: (container, { allowed }) => {
    const { resource } = container;
    const written = allowed[dockerName(resource)] ?? allowed[resource.name] ?? [];
    return isOnHost(resource) ? onHost(container, written) : inEngine(container);
  },
});
