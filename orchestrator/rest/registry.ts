import { mcpPath } from "../../api/paths";
import { ProblemsError } from "../../lib/problems";
import { OFFICIAL_META, OUR_META, SERVER_JSON_SCHEMA, type ServerJson, toServerJson } from "../../manifest/server-json";
import type { ServerInfo } from "../servers/server-info";

const LATEST = "latest";

/** A server as the official registry's API wraps it. */
export interface RegistryServer {
  server: ServerJson;
  _meta: {
    [OFFICIAL_META]: { status: "active"; publishedAt: string; updatedAt: string; isLatest: true };
  };
}

/** Filters for a list of the registry. */
export interface RegistryFilter {
  /** Part of the name, in any case. */
  search?: string;
  /** `latest`, or an exact version. */
  version?: string;
  /** RFC 3339. */
  updatedSince?: string;
}

/**
 * Returns the server.json of a manifest. Leaves out our own part of it when that is larger than the registry allows.
 */
function document({ manifest }: ServerInfo): ServerJson {
  try {
    return toServerJson(manifest);
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    const { name, title, description, version } = manifest;
    return {
      $schema: SERVER_JSON_SCHEMA,
      name: `${OUR_META}/${name}`,
      ...(title ? { title } : {}),
      description,
      version,
    };
  }
}

/**
 * Returns a running server as an entry of the registry. Its remote is its address at the gateway.
 * @param publishedAt RFC 3339, for a container that was never started
 */
export function registryServer(server: ServerInfo, publicUrl: string, publishedAt: string): RegistryServer {
  const time = server.startedAt ?? publishedAt;
  const token = {
    name: "Authorization",
    description: "Bearer and a token with the scope mcp",
    isRequired: true,
    isSecret: true,
  };
  const remote = { type: "streamable-http" as const, url: publicUrl + mcpPath(server.name), headers: [token] };
  return {
    server: { ...document(server), remotes: [remote] },
    _meta: { [OFFICIAL_META]: { status: "active", publishedAt: time, updatedAt: time, isLatest: true } },
  };
}

/** Returns the servers that match a filter. */
export function search(
  servers: RegistryServer[],
  { search: part, version, updatedSince }: RegistryFilter,
): RegistryServer[] {
  const wanted = part?.toLowerCase();
  const since = updatedSince === undefined ? undefined : Date.parse(updatedSince);
  return servers.filter(
    ({ server, _meta }) =>
      (wanted === undefined || server.name.toLowerCase().includes(wanted)) &&
      (version === undefined || version === LATEST || version === server.version) &&
      (since === undefined || Date.parse(_meta[OFFICIAL_META].updatedAt) >= since),
  );
}
