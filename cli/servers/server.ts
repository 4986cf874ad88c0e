import type { z } from "zod";
import type { serverSchema } from "../../api/schemas/servers";
import { table } from "../output";

/** A server as the API's list tells it. */
export type Server = z.infer<typeof serverSchema>;

/** Bytes as whole MiB. */
export function mib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}

/** What is to be said of a server: what is wrong, and which storage holds more than it may. */
export function noteOf({ reason, storage = [] }: Pick<Server, "reason"> & Partial<Pick<Server, "storage">>): string {
  const over = storage
    .filter(({ size, used = 0 }) => used > size)
    .map(({ name, size, used = 0 }) => `storage ${name} holds ${mib(used)} of ${mib(size)} MiB`);
  return [reason, ...over].filter(Boolean).join("; ");
}

/** Servers as a table. */
export function serverRows(servers: Server[]): string {
  const rows = servers.map((server) => [
    server.name,
    server.status,
    server.transport,
    server.managedBy,
    String(server.sessions),
    server.version,
    noteOf(server),
  ]);
  return table(["NAME", "STATUS", "TRANSPORT", "MANAGED BY", "SESSIONS", "VERSION", ""], rows, "no servers");
}
