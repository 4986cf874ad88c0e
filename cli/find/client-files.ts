import { existsSync } from "node:fs";
import { oneLine } from "../../lib/plain-text";
import { ProblemsError } from "../../lib/problems";
import { CLIENTS, SCOPES } from "../connect/clients";
import { here } from "../connect/file-of";
import { realFile } from "../connect/files";
import { clientFile, type Place } from "../connect/places";
import { CliError } from "../errors";
import { projectOf } from "../import/client-of";
import { clientText } from "../import/client-text";
import { clientServers } from "../import/entries";
import type { Loose } from "./found";

/** Servers that clients start, by their files; and what could not be read. */
export interface ClientFiles {
  found: Loose[];
  unread: string[];
}

/** Looks into the file of every client that is known, for the user and for the project of the current folder. */
export function clientFiles(place: Place = here()): ClientFiles {
  const all: ClientFiles = { found: [], unread: [] };
  const seen = new Set<string>();
  for (const client of CLIENTS) {
    for (const scope of SCOPES) {
      const file = clientFile(client, scope, place);
      if (file === undefined || !existsSync(file) || seen.has(realFile(file))) continue;
      seen.add(realFile(file));
      try {
        all.found.push(...loose(client, file));
      } catch (error) {
        if (!(error instanceof CliError || error instanceof ProblemsError)) throw error;
        // Most files of clients hold no servers.
        if (!error.message.includes("got no servers")) all.unread.push(`${client}: ${file}: cannot be read`);
      }
    }
  }
  return all;
}

function loose(client: string, file: string): Loose[] {
  const named = clientServers(clientText(file, file), file);
  return named.flatMap(({ name, server, project }): Loose[] => {
    // Our own entry is a bridge to an address, where it is no address itself.
    if (!server?.command || server.args.includes("mcp-remote")) return [];
    const what = [server.command, ...server.args].find(
      (word) => !/^(-|npx$|uvx$|node$|docker$|run$|uv$|python)/.test(word),
    );
    return [
      {
        kind: "file",
        what: oneLine(what ?? server.command, 100),
        where: `${file}: ${oneLine(name, 60)}${project === undefined ? "" : ` (${oneLine(project, 200)})`}`,
        of: client,
        reach: {
          user: "whoever starts the client",
          network: "open",
          folders: [],
          variables: Object.keys(server.env).sort(),
        },
        name,
        server,
        folder: project ?? projectOf(file),
      },
    ];
  });
}
