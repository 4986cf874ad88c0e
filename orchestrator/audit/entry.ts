import type { AuditResult } from "../../api/audit-result";

/** One line of the audit log. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  time: number;
  kind: "mcp" | "rest" | "auth";
  /** The request's id, which the answer carries in the header X-Request-Id. */
  request: string;
  /** The principal's name; absent when nobody was authenticated. */
  principal?: string;
  /** The client's address. */
  client?: string;
  /** First 8 characters of the session's id: enough to tell sessions apart, not to use one. */
  session?: string;
  server?: string;
  /** The MCP method, or an HTTP method with its route, like `POST /v1/servers`. */
  method: string;
  tool?: string;
  /** Principal's name of the token that was made or revoked. */
  token?: string;
  /** Arguments of a tool call as they came. The log redacts them by its configuration. */
  arguments?: unknown;
  result: AuditResult;
  /** HTTP status or JSON-RPC error code. */
  code?: number;
  /** Duration in milliseconds. */
  ms: number;
}

/** Takes entries without waiting; never throws. */
export interface Audit {
  record(entry: AuditEntry): void;
}
