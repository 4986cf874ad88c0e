import { ApiError, ApiErrorKind } from "./error";

/** Paths of the REST API. */
export const paths = {
  /** Readiness; needs no token. */
  ready: "/readyz",
  version: "/v1/version",
  /** How the request itself arrived. */
  arrival: "/v1/arrival",
  /** Makes a link that signs in on the page once, by POST. */
  signInLinks: "/v1/sign-in-links",
  servers: "/v1/servers",
  cleanup: "/v1/cleanup",
  engine: "/v1/engine",
  /** Where the fleet is announced. */
  discovery: "/v1/discovery",
  /** What servers did in each minute of the last hour. */
  history: "/v1/history",
  /** Every server with what it reaches. */
  topology: "/v1/topology",
  events: "/v1/events",
  audit: "/v1/audit",
  /** All of the audit log that fits, as a file. */
  auditExport: "/v1/audit/export",
  /** Where one MCP request's time went. */
  trace: (request: string) => `/v1/calls/${encodeURIComponent(request)}`,
  sessions: "/v1/sessions",
  clientConfigs: "/v1/client-configs",
  /** Servers of the MCP registry of the config. */
  registryServers: "/v1/registry/servers",
  /** Packages of npm and PyPI, of the registries of the config. */
  registryPackages: "/v1/registry/packages",
  /** Servers of the catalog that the stack does not run. */
  catalog: "/v1/catalog",
  /** Makes a server's folder without keeping it, by POST. */
  drafts: "/v1/drafts",
  /** What the request's own token may do. */
  token: "/v1/token",
  tokens: "/v1/tokens",
  /** Revokes a token that was made through the API, by DELETE. */
  apiToken: (name: string) => `/v1/tokens/${encodeURIComponent(name)}`,
  server: (name: string) => serverPath(name),
  /** Does it to a server, by POST. */
  action: (name: string, action: "start" | "stop" | "restart") => serverPath(name, action),
  logs: (name: string) => serverPath(name, "logs"),
  /** All of the log that is kept, as a file. */
  logsExport: (name: string) => serverPath(name, "logs", "export"),
  /** What happened to the server until now. */
  serverEvents: (name: string) => serverPath(name, "events"),
  egress: (name: string) => serverPath(name, "egress"),
  refusals: (name: string) => serverPath(name, "refusals"),
  /** The throwaway copy that learns: POST makes it, GET tells what it learned, DELETE removes it. */
  learn: (name: string) => serverPath(name, "learn"),
  /** What its image holds, as SPDX. */
  sbom: (name: string) => serverPath(name, "sbom"),
  /** Runs a throwaway copy of a newer image once, by POST. */
  rehearsal: (name: string) => serverPath(name, "rehearsal"),
  tools: (name: string) => serverPath(name, "tools"),
  /** Begins to sign in to a remote server, by POST; DELETE signs out; below it is how a sign-in goes. */
  login: (name: string) => serverPath(name, "login"),
  /** The same for the request's token alone. */
  ownLogin: (name: string) => serverPath(name, "own-login"),
  /** Calls a tool, by POST. */
  call: (name: string, tool: string) => serverPath(name, "tools", tool, "call"),
} as const;

/** Paths of the page's own port, beside its files and the REST API. */
export const pagePaths = {
  /** Takes `{token}` or `{code}`, by POST. */
  signIn: "/sign-in",
  /** Ends the sign-in, by POST. */
  signOut: "/sign-out",
} as const;

/** The header that shows a request to be the page's own: a sign-in is good only with the value that it was made with. */
export const PAGE_HEADER = "x-dind-mcp-page";

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
