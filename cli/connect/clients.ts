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
  /** The project's folder. */
  folder: string;
  /** The environment, in which a client may be told of another place. */
  env: NodeJS.ProcessEnv;
  /** True when a file is there. */
  exists(file: string): boolean;
}

/** Where the system keeps the settings of applications. */
function applications({ platform, home, env }: Place): string {
  return platform === "darwin"
    ? join(home, "Library/Application Support")
    : env.XDG_CONFIG_HOME || join(home, ".config");
}

/** Claude Code reads an older file as long as it is there (seen with 2.1). */
function claudeCode({ home, env, exists }: Place): string {
  const older = join(env.CLAUDE_CONFIG_DIR || join(home, ".claude"), ".config.json");
  return exists(older) ? older : join(env.CLAUDE_CONFIG_DIR || home, ".claude.json");
}

function vsCode(place: Place): string {
  const { VSCODE_PORTABLE: portable, VSCODE_APPDATA: data } = place.env;
  return join(portable ? join(portable, "user-data") : join(data || applications(place), "Code"), "User/mcp.json");
}

/**
 * Files as the clients' own documentation names them: modelcontextprotocol.io/docs/develop/connect-local-servers,
 * code.claude.com/docs/en/mcp, cursor.com/docs/context/mcp, code.visualstudio.com/docs/copilot/reference/mcp-configuration.
 * Windows has none here: the launcher runs there in WSL, where --file names a file of Windows.
 */
const FILES: Record<ClientName, Partial<Record<ClientScope, (place: Place) => string>>> = {
  [Client.ClaudeDesktop]: {
    user: (place) =>
      join(place.env.CLAUDE_USER_DATA_DIR || join(applications(place), "Claude"), "claude_desktop_config.json"),
  },
  [Client.ClaudeCode]: {
    user: claudeCode,
    project: ({ folder }) => join(folder, ".mcp.json"),
  },
  [Client.Cursor]: {
    user: ({ home }) => join(home, ".cursor/mcp.json"),
    project: ({ folder }) => join(folder, ".cursor/mcp.json"),
  },
  [Client.VsCode]: {
    user: vsCode,
    project: ({ folder }) => join(folder, ".vscode/mcp.json"),
  },
};

/** The file in which a client looks for servers; undefined when it has none for the scope. */
export function clientFile(client: ClientName, scope: ClientScope, place: Place): string | undefined {
  return FILES[client][scope]?.(place);
}

/** Variables by which a client has its files elsewhere; the first that is set counts. */
const VARIABLES: Record<ClientName, readonly string[]> = {
  [Client.ClaudeDesktop]: ["CLAUDE_USER_DATA_DIR"],
  [Client.ClaudeCode]: ["CLAUDE_CONFIG_DIR"],
  [Client.Cursor]: [],
  [Client.VsCode]: ["VSCODE_PORTABLE", "VSCODE_APPDATA"],
};

/** What the environment means for where a client's file is, for its user to know; undefined when nothing does. */
export function placeNote(client: ClientName, scope: ClientScope, env: NodeJS.ProcessEnv): string | undefined {
  if (scope === "project") return undefined;
  const variable = VARIABLES[client].find((name) => env[name]);
  if (variable)
    return `${variable} says where ${client} has its file: it is read when the client is started with that too`;
  if (client !== Client.Cursor || !env.CURSOR_CONFIG_DIR) return undefined;
  return "CURSOR_CONFIG_DIR is for Cursor's command line: if that is what you use, give --file with its mcp.json";
}

/** Claude Desktop expands no variables: its file holds the token or nothing works. */
export function needsToken(client: ClientName): boolean {
  return client === Client.ClaudeDesktop;
}
