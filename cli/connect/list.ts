import { existsSync } from "node:fs";
import { CliError, ExitCode } from "../errors";
import { note, show, table } from "../output";
import { stackName } from "../project";
import { CLIENTS, type ClientScope } from "./clients";
import { connections } from "./connect";
import { fileOf, here } from "./file-of";
import { realFile } from "./files";
import { isInstalled, PLACES, placeNote } from "./places";

/** Where each client has its file, and whether this stack is in it. */
export function listClients({ json, file, scope }: { json?: boolean; file?: string; scope: ClientScope }): void {
  if (file)
    throw new CliError("--file: got a file, but no client", ExitCode.Usage, `name one of ${CLIENTS.join(", ")}`);
  const ours = connections(stackName());
  const standard = CLIENTS.flatMap((client) => {
    return PLACES[client][scope] ? [{ client, file: fileOf(client, { scope }) }] : [];
  });
  const others = ours.flatMap((record) => {
    const client = record.clients[stackName()];
    return client && !standard.some((one) => realFile(one.file) === record.file) ? [{ client, file: record.file }] : [];
  });
  const rows = [...standard, ...others].map((one) => ({
    ...one,
    installed: isInstalled(one.client, here()),
    exists: existsSync(one.file),
    connected: ours.some((record) => record.file === realFile(one.file) && record.clients[stackName()] === one.client),
  }));
  for (const client of CLIENTS) {
    const place = placeNote(client, scope, process.env);
    if (place) note(place);
  }
  show(json, rows, (list) =>
    table(
      ["CLIENT", "INSTALLED", "CONNECTED", "FILE"],
      list.map((row) => [
        row.client,
        row.installed ? "yes" : "no",
        row.connected ? "yes" : "no",
        `${row.file}${row.exists ? "" : " (not there)"}`,
      ]),
    ),
  );
}
