import { DockerType } from "../../lib/docker-types";
import { Role } from "../../manifest/container/labels";
import { containerOf, hostPaths, volumeDevices } from "../container";
import { resourcePolicy } from "../define";
import { showsEngine } from "../engine-paths";
import { items, text } from "../known";
import type { Resource } from "../resource";

/** Host paths that a container mounts, or a volume stands for. */
function paths(resource: Resource): string[] {
  const container = containerOf(resource);
  if (container) return hostPaths(container.inputs);
  return resource.type === DockerType.Volume ? volumeDevices(resource.inputs.driverOpts) : [];
}

/** Containers whose mounts it takes over, whatever these are. */
function borrowed(resource: Resource): string[] {
  return items(containerOf(resource)?.inputs.volumes).flatMap(({ fromContainer }) => text(fromContainer) || []);
}

export const noEngineSocket = resourcePolicy({
  id: "no-engine-socket",
  title: "No container sees the socket or the files of an engine, except for the orchestrator.",
  severity: "critical",
  reason: "Whoever can talk to an engine can start a privileged container: the socket is root on its machine.",
  fix: "remove the mount; let the container ask the orchestrator's API, which has scopes",
  references: ["CIS Docker 5.32", "CIS Docker 5.6", "OWASP Docker rule 1", "MCP: local server compromise"],
  exceptions: {
    [Role.Orchestrator]:
      "finds, starts and deploys the servers: in the engine, by a socket in a folder of its own, as a user of its own",
  },
  check: (resource) => [
    ...paths(resource)
      .filter(showsEngine)
      .map((path) => `mounts ${path}, which shows an engine`),
    ...borrowed(resource).map((other) => `has all mounts of ${other} (fromContainer)`),
  ],
});
