import { join } from "node:path";
import { Client } from "../../api/client-configs";

/** Clients whose files are written. */
export const CLIENTS = [Client.ClaudeDesktop, Client.ClaudeCode, Client.Cursor, Client.VsCode] as const;
export type ClientName = (typeof CLIENTS)[number];

/** For all of a user's work, or for one folder of it. */
export const SCOPES = ["user", "project"] as const;
export type ClientScope = (typeof SCOPES)[number];

/** Where a user's files are. */
export interface Place {
  platform: NodeJS.Platform;
  home: string;
  /** XDG_CONFIG_HOME; Linux alone. */
  configHome?: string;
  /** The project's folder. */
  folder: string;
}

/** Where the system keeps the settings of applications. */
function applications({ platform, home, configHome }: Place): string {
  return platform === "darwin" ? join(home, "Library/Application Support") : configHome || join(home, ".config");
}

/**
 * Files as the clients' own documentation names them: modelcontextprotocol.io/docs/develop/connect-local-servers,
 * code.claude.com/docs/en/mcp, cursor.com/docs/context/mcp, code.visualstudio.com/docs/copilot/reference/mcp-configuration.
 * Windows has none here: the launcher runs there in WSL, where --file names a file of Windows.
 */
const FILES: Record<ClientName, Partial<Record<ClientScope, (place: Place) => string>>> = {
  [Client.ClaudeDesktop]: { user: (place) => join(applications(place), "Claude/claude_desktop_config.json") },
  [Client.ClaudeCode]: {
    user: ({ home }) => join(home, ".claude.json"),
    project: ({ folder }) => join(folder, ".mcp.json"),
  },
  [Client.Cursor]: {
    user: ({ home }) => join(home, ".cursor/mcp.json"),
    project: ({ folder }) => join(folder, ".cursor/mcp.json"),
  },
  [Client.VsCode]: {
    user: (place) => join(applications(place), "Code/User/mcp.json"),
    project: ({ folder }) => join(folder, ".vscode/mcp.json"),
  },
};

/** The file in which a client looks for servers; undefined when it has none for the scope. */
export function clientFile(client: ClientName, scope: ClientScope, place: Place): string | undefined {
  return FILES[client][scope]?.(place);
}

/** Claude Desktop expands no variables: its file holds the token or nothing works. */
export function needsToken(client: ClientName): boolean {
  return client === Client.ClaudeDesktop;
}
