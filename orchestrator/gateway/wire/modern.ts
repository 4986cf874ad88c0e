import type { Frame } from "./frame";
import { type JsonObject, objectOf } from "./json-rpc";

// Names of protocol revision 2026-07-28, the modern era.

export const MODERN_VERSION = "2026-07-28";
/** Revisions with sessions, newest first. */
export const LEGACY_VERSIONS = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

const KEY = "io.modelcontextprotocol/";
export const Meta = {
  Version: `${KEY}protocolVersion`,
  Capabilities: `${KEY}clientCapabilities`,
  ClientInfo: `${KEY}clientInfo`,
  ServerInfo: `${KEY}serverInfo`,
  LogLevel: `${KEY}logLevel`,
  Subscription: `${KEY}subscriptionId`,
} as const;

export const DISCOVER = "server/discover";
export const LISTEN = "subscriptions/listen";
export const ACKNOWLEDGED = "notifications/subscriptions/acknowledged";

/** Legacy methods that the modern era no longer has. */
export const REMOVED = ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"];
/** Methods whose results carry cache hints. */
export const CACHEABLE = [
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  DISCOVER,
];

/** True when a request or notification names its protocol version in `_meta`, as only the modern era does. */
export function isModern({ meta }: Frame): boolean {
  return meta[Meta.Version] !== undefined;
}

/** A question that a server needs answered before it can finish a call. */
export interface InputRequest {
  method: string;
  params?: JsonObject;
}

/** Returns the questions in an `input_required` result; undefined for any other message. */
export function inputRequests(frame: Frame): Record<string, InputRequest> | undefined {
  if (frame.at("result", "resultType") !== "input_required") return undefined;
  return objectOf(frame.exact("result", "inputRequests")) as Record<string, InputRequest>;
}

/** Returns the client capability that a server's question needs; undefined for an unknown method. */
export function capabilityFor(method: string): "sampling" | "elicitation" | "roots" | undefined {
  if (method === "sampling/createMessage") return "sampling";
  if (method === "elicitation/create") return "elicitation";
  return method === "roots/list" ? "roots" : undefined;
}
