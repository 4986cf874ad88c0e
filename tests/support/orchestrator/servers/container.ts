import type { ContainerRuntime } from "../../../../orchestrator/servers/server-info";

/** What a server of this name runs on, in a container that nobody made. */
export function container(server: string, more: Partial<ContainerRuntime> = {}): ContainerRuntime {
  return {
    kind: "container",
    id: `id-${server}`,
    name: `mcp-${server}`,
    image: { id: `sha256:${server}` },
    restarts: 0,
    oomKills: 0,
    ...more,
  };
}
