/** JSON-RPC 2.0 as MCP uses it. Messages are kept as the text they came in; what is parsed serves routing only. */
export type RequestId = string | number;
export type JsonObject = Record<string, unknown>;

/** A parsed message of any kind; which kind, the guards below say. */
export interface Message {
  jsonrpc?: string;
  id?: RequestId | null;
  method?: string;
  params?: JsonObject;
  result?: JsonObject;
  error?: { code: number; message: string; data?: unknown };
}
export type Request = Message & { id: RequestId; method: string };
export type Notification = Message & { method: string };
export type Response = Message & { id: RequestId };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasId({ id }: Message): boolean {
  return typeof id === "string" || typeof id === "number";
}

export function isRequest(message: Message): message is Request {
  return typeof message.method === "string" && hasId(message);
}

export function isNotification(message: Message): message is Notification {
  return typeof message.method === "string" && message.id === undefined;
}

export function isResponse(message: Message): message is Response {
  return message.method === undefined && hasId(message) && (message.result !== undefined || isObject(message.error));
}

/** True for what may stand in a message's place: an object that is a request, a notification or a response. */
export function isMessage(value: unknown): value is Message {
  if (!isObject(value)) return false;
  const message = value as Message;
  return isRequest(message) || isNotification(message) || isResponse(message);
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
  /** The token or the manifest does not allow this. */
  Denied: -32003,
  /** All sessions of the server, or of the gateway, are in use. */
  Busy: -32004,
  HeaderMismatch: -32020,
  MissingCapability: -32021,
  UnsupportedVersion: -32022,
} as const;

/** A response that reports an error, as text. */
export function errorText(id: RequestId | null, code: number, message: string, data?: JsonObject): string {
  return JSON.stringify({ jsonrpc: "2.0", id, error: { code, message, ...(data ? { data } : {}) } });
}

export function requestText(id: RequestId, method: string, params: JsonObject): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method, params });
}

export function notificationText(method: string, params: JsonObject): string {
  return JSON.stringify({ jsonrpc: "2.0", method, params });
}

/** What is an object; of anything else an empty one. */
export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** What is text; of anything else nothing, as it may not even be turned into text. */
export function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

/** The progress token of a request's `_meta`. */
export function progressTokenOf(params: JsonObject | undefined): RequestId | undefined {
  const meta = params?._meta;
  const token = isObject(meta) ? meta.progressToken : undefined;
  return typeof token === "string" || typeof token === "number" ? token : undefined;
}

/** The tool that a tools/call names. */
export function toolOf({ method, params }: Message): string | undefined {
  return method === "tools/call" && typeof params?.name === "string" && params.name !== "" ? params.name : undefined;
}
