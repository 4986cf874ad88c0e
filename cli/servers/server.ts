import type { z } from "zod";
import type { serverSchema } from "../../api/schemas";
import { CliError, ExitCode } from "../errors";
import { table } from "../output";

/** A server as the API's list tells it. */
export type Server = z.infer<typeof serverSchema>;

/**
 * The API's path of one server, or of something of it.
 * @throws CliError for what would be another path: no server and no tool has such a name
 */
export function serverPath(name: string, ...more: string[]): string {
  const parts = [name, ...more];
  const wrong = parts.find((part) => ["", ".", ".."].includes(part));
  if (wrong !== undefined) throw new CliError(`there is no server or tool "${wrong}"`, ExitCode.NotFound);
  return ["/v1/servers", ...parts.map(encodeURIComponent)].join("/");
}

/** Bytes as whole MiB. */
export function mib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}

/** Servers as a table. */
export function serverRows(servers: Server[]): string {
  const rows = servers.map(({ name, status, transport, managedBy, sessions, version, reason }) => [
    name,
    status,
    transport,
    managedBy,
    String(sessions),
    version,
    reason ?? "",
  ]);
  return table(["NAME", "STATUS", "TRANSPORT", "MANAGED BY", "SESSIONS", "VERSION", ""], rows, "no servers");
}
