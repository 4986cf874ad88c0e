import { braces, type ClientKind, headers } from "./client";

/** What most clients understand. */
export const GENERIC = {
  generic: {
    file: "mcp.json, or wherever the client keeps its servers",
    servers: "mcpServers",
    variable: braces,
    entry: ({ url }, access) => ({ type: "streamable-http", url, ...headers(access) }),
    next: "start the client anew",
    notes: ["a client that expands no variables needs the token itself in place of the variable"],
  },
} as const satisfies Record<string, ClientKind>;
