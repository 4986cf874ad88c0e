import { HttpError } from "../http/problem";
import { mayUse } from "../security/filters";
import type { Principal } from "../security/principal";
import type { ServerInfo, Servers } from "../servers/server-info";

/** The server of a path. @throws HttpError 404, the same for one that is not there and one that is not to be seen */
export function serverOf(servers: Servers, principal: Principal, name: string): ServerInfo {
  const server = mayUse(principal, name) ? servers.get(name) : undefined;
  if (!server) throw new HttpError(404, `there is no server ${JSON.stringify(name)}; GET /v1/servers lists them`);
  return server;
}
