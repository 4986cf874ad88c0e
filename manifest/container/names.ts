/** The container of the management layer. Docker gives a name once: nothing else in the engine can have it. */
export const ORCHESTRATOR = "mcp-orchestrator";
/** The container of the proxy through which servers reach the world. */
export const EGRESS_PROXY = "mcp-egress";

/** Name of a server's container and network; the names of its volumes and image begin with it. */
export function containerName(server: string): string {
  return `mcp-${server}`;
}
