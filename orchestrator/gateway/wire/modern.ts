import type { Frame } from "./frame";
import { type JsonObject, objectOf } from "./json-rpc";

// The words of protocol revision 2026-07-28, the modern era.

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

/** Methods of the legacy era that this one no longer has. */
export const REMOVED = ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"];
/** Results that say how long they may be kept. */
export const CACHEABLE = [
  "tools/list",
  "prompts/list",
  "resources/list",
  "resources/templates/list",
  "resources/read",
  DISCOVER,
];

/** True when a request or notification says that it is of the modern era. */
export function isModern({ meta }: Frame): boolean {
  return meta[Meta.Version] !== undefined;
}

/** What a server wants to know before it can answer. */
export interface InputRequest {
  method: string;
  params?: JsonObject;
}

/** The questions in a result of the kind `input_required`; undefined for any other. */
export function inputRequests(frame: Frame): Record<string, InputRequest> | undefined {
  if (frame.at("result", "resultType") !== "input_required") return undefined;
  return objectOf(frame.at("result", "inputRequests")) as Record<string, InputRequest>;
}

/** The client's capability that a question of the server needs. */
export function capabilityFor(method: string): "sampling" | "elicitation" | "roots" | undefined {
  if (method === "sampling/createMessage") return "sampling";
  if (method === "elicitation/create") return "elicitation";
  return method === "roots/list" ? "roots" : undefined;
}
