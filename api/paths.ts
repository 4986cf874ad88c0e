import { ApiError, ApiErrorKind } from "./error";

/** Paths of the REST API. */
export const paths = {
  /** Readiness; needs no token. */
  ready: "/readyz",
  version: "/v1/version",
  servers: "/v1/servers",
  cleanup: "/v1/cleanup",
  server: (name: string) => serverPath(name),
  /** Does it to a server, by POST. */
  action: (name: string, action: "start" | "stop" | "restart") => serverPath(name, action),
  logs: (name: string) => serverPath(name, "logs"),
  tools: (name: string) => serverPath(name, "tools"),
  /** Calls a tool, by POST. */
  call: (name: string, tool: string) => serverPath(name, "tools", tool, "call"),
} as const;

/** Where MCP is served. @param server undefined: all servers behind one URL */
export function mcpPath(server?: string): string {
  return server === undefined ? "/mcp" : `/servers/${server}/mcp`;
}

/** The path of the public URL, "" or "/fleet". Some proxies leave it in front of each request. */
export function prefixOf(publicUrl: string): string {
  return new URL(publicUrl).pathname.replace(/\/$/, "");
}

/** @throws ApiError for a part that would change the path: no server and no tool has such a name */
function serverPath(...parts: string[]): string {
  const wrong = parts.find((part) => ["", ".", ".."].includes(part));
  if (wrong !== undefined) throw new ApiError(ApiErrorKind.NotFound, `there is no server or tool "${wrong}"`);
  return [paths.servers, ...parts.map(encodeURIComponent)].join("/");
}
