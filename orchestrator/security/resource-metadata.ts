import { prefixOf } from "../../api/paths";
import { Scope } from "../../api/scopes";
import { METADATA } from "../../config/fleet/limits";
import type { OrchestratorConfig } from "../../config/orchestrator-config";

const RESOURCE_PATH = /^(\/[A-Za-z0-9._~-]+)*\/?$/;

/** Returns the path of a request's target, without the query. */
export function pathOf(target: string | undefined): string {
  return (target ?? "/").split("?", 1)[0] as string;
}

/** Returns the URL of the metadata that names the token issuer for the resource at this path, for WWW-Authenticate. */
export function metadataUrl(config: OrchestratorConfig, path: string): string {
  return `${config.publicUrl}${METADATA}${path === "/" || !RESOURCE_PATH.test(path) ? "" : path}`;
}

/**
 * Returns the metadata document of RFC 9728 for a request path: `/.well-known/oauth-protected-resource`, alone or
 * followed by a resource's path such as `/mcp`. It needs no token, as it says where to get one.
 * @returns undefined for any other path, and when no OAuth issuer is configured: answer 404
 */
export function resourceMetadata(config: OrchestratorConfig, path: string): Record<string, unknown> | undefined {
  if (!config.oauth || (path !== METADATA && !path.startsWith(`${METADATA}/`))) return undefined;
  const prefix = prefixOf(config.publicUrl);
  const asked = path.slice(METADATA.length);
  // RFC 9728, 3.1 puts the well-known part before the whole path, that of the public URL included.
  const resource = prefix !== "" && `${asked}/`.startsWith(`${prefix}/`) ? asked.slice(prefix.length) : asked;
  if (!RESOURCE_PATH.test(resource)) return undefined;
  return {
    resource: `${config.publicUrl}${resource}`,
    authorization_servers: [config.oauth.issuer],
    bearer_methods_supported: ["header"],
    scopes_supported: Object.values(Scope),
    resource_name: `dind-mcp ${config.stack}`,
  };
}

/**
 * Returns the audiences that a token may have at this path: the configured audience, or else this service
 * (`publicUrl`) or the resource at this path, for which clients of RFC 8707 ask.
 */
export function audiencesOf(config: OrchestratorConfig, path: string): string[] {
  const { publicUrl, oauth } = config;
  return oauth?.audience === undefined ? [publicUrl, `${publicUrl}/`, `${publicUrl}${path}`] : [oauth.audience];
}
