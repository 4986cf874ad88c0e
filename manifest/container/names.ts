/** Name of a server's container and network; the names of its volumes and image begin with it. */
export function containerName(server: string): string {
  return `mcp-${server}`;
}
