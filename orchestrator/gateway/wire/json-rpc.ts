/** JSON-RPC 2.0 as MCP uses it. */
export type RequestId = string | number;
export type JsonObject = Record<string, unknown>;

/** What a response reports in a result's stead; a server may send anything in these places. */
export interface RpcError {
  code: number;
  message: string;
  data?: unknown;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is an object; of anything else an empty one. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** What is text; of anything else nothing, as it may not even be turned into text. */
export function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

/** Error codes: JSON-RPC's own, MCP's of 2026-07-28, and those of this gateway (-32000 to -32019 are free for servers). */
export const ErrorCode = {
  ParseError: -32700,
  InvalidRequest: -32600,
  MethodNotFound: -32601,
  InvalidParams: -32602,
  Internal: -32603,
  /** The server cannot be reached, its process ended, or a session of it is gone. */
  ServerUnavailable: -32000,
  /** No answer in time; the SDKs use the same number. */
  Timeout: -32001,
  /** There is no such session (any more): with HTTP 404, what the SDKs begin a new one on. */
  SessionNotFound: -32001,
  /** The token or the manifest does not allow this. */
  Denied: -32003,
  /** All sessions of the server, or of the gateway, are in use. */
  Busy: -32004,
  /** The client cancelled the request. */
  Cancelled: -32800,
  HeaderMismatch: -32020,
  MissingCapability: -32021,
  UnsupportedVersion: -32022,
} as const;
