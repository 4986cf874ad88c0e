import type { z } from "zod";
import type { serverSchema } from "../../orchestrator/rest/schemas";
import { table } from "../output";

/** A server as the API's list tells it. */
export type Server = z.infer<typeof serverSchema>;

/** The API's path of one server, or of something of it. */
export function serverPath(name: string, ...more: string[]): string {
  return ["/v1/servers", ...[name, ...more].map(encodeURIComponent)].join("/");
}

/** Bytes as whole MiB. */
export function mib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}

/** Servers as a table. */
export function serverRows(servers: Server[]): string {
  const rows = servers.map(({ name, status, transport, managedBy, sessions, version, reason }) => [
    ...[name, status, transport, managedBy, String(sessions), version, reason ?? ""],
  ]);
  return table(["NAME", "STATUS", "TRANSPORT", "MANAGED BY", "SESSIONS", "VERSION", ""], rows, "no servers");
}
