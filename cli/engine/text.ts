import type { EngineStatus } from "./status";

/** The engine's lines of `engine status` and `status`. */
export function engineText(status: EngineStatus): string {
  const { container, state, since, docker, containers, image } = status;
  const lines = [`${container}  ${state}${since ? ` since ${since}` : ""}`];
  if (docker)
    lines.push(
      `Docker ${docker.version} (API ${docker.apiVersion}), live restore ${docker.liveRestore ? "on" : "off"}`,
    );
  if (containers) lines.push(`${containers.running} containers run`);
  if (image) lines.push(`image ${image}`);
  return lines.join("\n");
}
