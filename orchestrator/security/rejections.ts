import type { Scope } from "../../api/scopes";
import type { OrchestratorConfig } from "../../config/orchestrator-config";
import type { Rejection } from "./principal";
import { metadataUrl } from "./resource-metadata";

/** Why a request was refused. The metrics use it as the label `reason`. */
export const Refusal = {
  Host: "host",
  Origin: "origin",
  /** No Authorization header. */
  Missing: "missing",
  /** The Authorization header is no bearer token, is there twice, or the token is in the URL. */
  Malformed: "malformed",
  /** The token is unknown, or not valid any more. */
  Invalid: "invalid",
  Scope: "scope",
  /** Too many failures from one address. */
  Failures: "failures",
  /** Too many requests of one principal. */
  Rate: "rate",
  /** The OAuth issuer does not answer. */
  Issuer: "issuer",
} as const;
export type Refusal = (typeof Refusal)[keyof typeof Refusal];

/** Returns a 403, for a request that will not succeed when repeated. */
export function forbidden(detail: string): Rejection {
  return { status: 403, title: "Forbidden", detail };
}

/** Returns a 429. @param seconds to wait before the next attempt */
export function tooMany(detail: string, seconds: number): Rejection {
  return { status: 429, title: "Too Many Requests", detail, headers: { "Retry-After": String(seconds) } };
}

/** Returns a 503. @param seconds to wait before the next attempt */
export function unavailable(detail: string, seconds: number): Rejection {
  return { status: 503, title: "Service Unavailable", detail, headers: { "Retry-After": String(seconds) } };
}

/** Returns the header WWW-Authenticate (RFC 6750). With OAuth it says where to get a token (RFC 9728). */
export function challenge(
  config: OrchestratorConfig,
  path: string,
  said: { scope: Scope; error?: "invalid_request" | "invalid_token" | "insufficient_scope" },
): Record<string, string> {
  const parts = [
    'realm="dind-mcp"',
    ...(config.oauth ? [`resource_metadata="${metadataUrl(config, path)}"`] : []),
    `scope="${said.scope}"`,
    ...(said.error ? [`error="${said.error}"`] : []),
  ];
  return { "WWW-Authenticate": `Bearer ${parts.join(", ")}` };
}
