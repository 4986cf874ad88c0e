import { HttpError } from "../http/problem";
import { mayUse } from "../security/filters";
import type { Principal } from "../security/principal";
import type { ServerInfo, Servers } from "../servers/server-info";

/** Returns the server of a path. @throws HttpError 404, the same for one that does not exist and one that is hidden */
export function serverOf(servers: Servers, principal: Principal, name: string): ServerInfo {
  const server = mayUse(principal, name) ? servers.get(name) : undefined;
  if (!server) throw new HttpError(404, `there is no server ${JSON.stringify(name)}; GET /v1/servers lists them`);
  return server;
}
