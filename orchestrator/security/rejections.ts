import type { Scope } from "../../api/scopes";
import type { OrchestratorConfig } from "../../config/orchestrator-config";
import type { Rejection } from "./principal";
import { metadataUrl } from "./resource-metadata";

/** Why a request was refused: the label `reason` of the metrics. */
export const Refusal = {
  Host: "host",
  Origin: "origin",
  /** No Authorization header. */
  Missing: "missing",
  /** An Authorization header that is no bearer token, or two, or a token in the URL. */
  Malformed: "malformed",
  /** A token nobody gave out, or one that no longer holds. */
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

/** 403: asking again does not help. */
export function forbidden(detail: string): Rejection {
  return { status: 403, title: "Forbidden", detail };
}

/** 429. @param seconds until it is worth asking again */
export function tooMany(detail: string, seconds: number): Rejection {
  return { status: 429, title: "Too Many Requests", detail, headers: { "Retry-After": String(seconds) } };
}

/** 503. @param seconds until it is worth asking again */
export function unavailable(detail: string, seconds: number): Rejection {
  return { status: 503, title: "Service Unavailable", detail, headers: { "Retry-After": String(seconds) } };
}

/** The header WWW-Authenticate (RFC 6750); with OAuth it says where a token is to be had (RFC 9728). */
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
