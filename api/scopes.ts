/** What a bearer token allows: `mcp` to use servers, `read` to look at the REST API and metrics, `admin` to change things. */
export const Scope = { Mcp: "mcp", Read: "read", Admin: "admin" } as const;
export type Scope = (typeof Scope)[keyof typeof Scope];
