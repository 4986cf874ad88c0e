import { posix } from "node:path";
import { containerOf, hostPaths, Role } from "../container";
import { resourcePolicy } from "../define";
import { text } from "../known";
import { DockerType, type Resource } from "../resource";

/** Where an engine can be told what to do, or where all its containers are. */
const ENGINE_PATHS = [
  "/run/docker.sock",
  "/run/docker",
  "/run/containerd",
  "/run/podman",
  "/run/dind-mcp-api",
  "/var/lib/docker",
  "/var/lib/containerd",
];

/** True when a mount of the path shows an engine: the path itself, one above it, one in it. */
export function showsEngine(path: string): boolean {
  if (/docker_engine$/.test(path)) return true; // a named pipe of Windows
  const clean = posix
    .normalize(path)
    .replace(/^\/var\/run(?=\/|$)/, "/run")
    .replace(/(?<=.)\/$/, "");
  const holds = (outer: string, inner: string): boolean =>
    inner === outer || inner.startsWith(outer === "/" ? "/" : `${outer}/`);
  return ENGINE_PATHS.some((engine) => holds(clean, engine) || holds(engine, clean));
}

/** Host paths that a container mounts, or a volume stands for. */
function paths(resource: Resource): string[] {
  const container = containerOf(resource);
  if (container) return hostPaths(container.inputs);
  if (resource.type !== DockerType.Volume) return [];
  const { device, o = "" } = (resource.inputs.driverOpts ?? {}) as Record<string, unknown>;
  return /\bbind\b/.test(text(o) ?? "") ? [text(device) ?? ""].filter(Boolean) : [];
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
  check: (resource) =>
    paths(resource)
      .filter(showsEngine)
      .map((path) => `mounts ${path}, which shows an engine`),
});
