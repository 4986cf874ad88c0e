import { Role } from "../../manifest/container/labels";
import { type Container, containersOf } from "../container";
import { stackPolicy } from "../define";
import { items, text } from "../known";
import { engineOf } from "../resource";

/** Volumes that a container mounts, by name. */
function volumesOf({ inputs }: Container): string[] {
  const names = [
    ...items(inputs.volumes).map(({ volumeName }) => text(volumeName)),
    ...items(inputs.mounts).map(({ source }) => text(source)),
  ];
  return names.flatMap((name) => (name && !name.startsWith("/") ? name : []));
}

export const engineVolumes = stackPolicy({
  id: "engine-volumes",
  title: "No other container mounts a volume of an engine's container.",
  severity: "critical",
  reason:
    "They hold all containers inside, with their secrets and the engine's key: who writes there commands the engine, without its API.",
  fix: "give the container a volume of its own; what it needs of the fleet it gets by the API",
  references: ["OWASP Docker rule 1", "MCP: local server compromise"],
  exceptions: { [Role.VolumeFiles]: "carries the certificates onto such a volume; no process of it ever runs" },
  check: (resources) => {
    const containers = containersOf(resources);
    const engines = containers.filter(({ role }) => role === Role.Engine);
    const owns = (engine: Container, volume: string, { resource }: Container): boolean =>
      engineOf(engine.resource) === engineOf(resource) && volumesOf(engine).includes(volume);
    return containers
      .filter(({ role }) => role !== Role.Engine)
      .flatMap((container) =>
        volumesOf(container)
          .filter((volume) => engines.some((engine) => owns(engine, volume, container)))
          .map((volume) => ({
            resource: container.resource,
            problem: `mounts the volume ${volume}, which is an engine's`,
          })),
      );
  },
});
