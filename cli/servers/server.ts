import type { z } from "zod";
import type { serverSchema } from "../../api/schemas";
import { table } from "../output";

/** A server as the API's list tells it. */
export type Server = z.infer<typeof serverSchema>;

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
