/** JSON-RPC 2.0 as MCP uses it. */
export type RequestId = string | number;
export type JsonObject = Record<string, unknown>;

/** The error of a response. The types are what JSON-RPC requires; a server may send other values. */
export interface RpcError {
  code: number;
  message: string;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Returns the key of a map for an id, also when the id came back in another form: "1" for 1, or 1 for "1". JSON-RPC wants
 * the same value back, and some programs do not keep to it.
 */
export function knownId(map: ReadonlyMap<RequestId, unknown>, id: unknown): RequestId | undefined {
  if (map.has(id as RequestId)) return id as RequestId;
  const other = typeof id === "number" ? String(id) : typeof id === "string" && id !== "" ? Number(id) : undefined;
  return other !== undefined && map.has(other) ? other : undefined;
}

/** Finds what belongs to an id, in either form. */
export function byId<Value>(map: ReadonlyMap<RequestId, Value>, id: unknown): Value | undefined {
  const found = map.get(id as RequestId);
  if (found !== undefined) return found;
  const known = knownId(map, id);
  return known === undefined ? undefined : map.get(known);
}

/** Returns an object unchanged, and an empty one for any other value. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** Returns a string unchanged, and `otherwise` for any other value. */
export function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

/**
 * Error codes of JSON-RPC, of MCP 2026-07-28, and of this gateway (-32000 to -32019 are free for servers to define).
 */
export const ErrorCode = {
  ParseError: -32700,
  InvalidRequest: -32600,
  MethodNotFound: -32601,
  InvalidParams: -32602,
  Internal: -32603,
  /** The server cannot be reached, its process ended, or its session ended. */
  ServerUnavailable: -32000,
  /** No answer in time; the SDKs use the same number. */
  Timeout: -32001,
  /** There is no such session, or it has ended. On this code with HTTP 404 the SDKs open a new session. */
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
