import { braces, type ClientKind, envBraces, headers } from "./client";

/** https://cursor.com/docs/mcp/install-links. The entry is as in its file, as Base64 of UTF-8. */
function cursorLink(name: string, entry: Record<string, unknown>): string {
  const bytes = new TextEncoder().encode(JSON.stringify(entry));
  const config = btoa(String.fromCharCode(...bytes));
  return `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(name)}&config=${encodeURIComponent(config)}`;
}

/** What `code --add-mcp` takes, as a link. */
function vscodeLink(name: string, entry: Record<string, unknown>, inputs?: unknown): string {
  return `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name, ...entry, ...(inputs ? { inputs } : {}) }))}`;
}

/** Editors, and what extends them. */
export const EDITORS = {
  cursor: {
    file: ".cursor/mcp.json in the project, or ~/.cursor/mcp.json",
    servers: "mcpServers",
    variable: envBraces,
    entry: ({ url }, access) => ({ url, ...headers(access) }),
    link: cursorLink,
    next: "in Cursor's Settings, Tools & MCP, switch the server on",
  },
  vscode: {
    file: ".vscode/mcp.json in the project, or `MCP: Open User Configuration`",
    servers: "servers",
    asks: true,
    entry: ({ url }, access) => ({ type: "http", url, ...headers(access) }),
    link: vscodeLink,
    next: "run `MCP: List Servers` from the Command Palette, choose the server, Start Server",
  },
  windsurf: {
    file: "~/.codeium/windsurf/mcp_config.json",
    servers: "mcpServers",
    variable: envBraces,
    entry: ({ url }, access) => ({ serverUrl: url, ...headers(access) }),
    next: "open Cascade's MCP servers and press Refresh",
  },
  zed: {
    file: "~/.config/zed/settings.json (`zed: open settings file`)",
    servers: "context_servers",
    entry: ({ url }, access) => ({ url, ...headers(access) }),
    next: "Zed reads its settings at once; Settings, AI, MCP Servers shows the server",
  },
  continue: {
    file: "~/.continue/config.yaml",
    format: "yaml",
    // Without these it refuses the file.
    begin: "name: Local\nversion: 1.0.0\nschema: v1\n",
    servers: "mcpServers",
    list: true,
    variable: (variable) => `\${{ secrets.${variable} }}`,
    entry: ({ url }, access) => ({ type: "streamable-http", url, requestOptions: headers(access) }),
    next: "in a session of `cn`, `/mcp` shows the server; in the editor, Continue's settings, Tools",
  },
  cline: {
    file: "~/.cline/data/settings/cline_mcp_settings.json (MCP Servers, Configure)",
    servers: "mcpServers",
    entry: ({ url }, access) => ({ type: "streamableHttp", url, ...headers(access) }),
    next: "MCP Servers in Cline shows the server",
    notes: ["this is the file of Cline's command line; for the extension of an editor give --file with that one's"],
  },
  roo: {
    file: ".roo/mcp.json in the project, or mcp_settings.json (MCP Servers, Edit Global MCP)",
    servers: "mcpServers",
    variable: envBraces,
    entry: ({ url }, access) => ({ type: "streamable-http", url, ...headers(access) }),
    next: "MCP Servers in Roo Code, Refresh MCP Servers",
  },
  kiro: {
    file: ".kiro/settings/mcp.json in the project, or ~/.kiro/settings/mcp.json",
    servers: "mcpServers",
    variable: braces,
    entry: ({ url }, access) => ({ url, ...headers(access) }),
    next: "the MCP Servers view in Kiro shows the server; Kiro asks before it reads the variable (Mcp Approved Env Vars)",
  },
} as const satisfies Record<string, ClientKind>;
