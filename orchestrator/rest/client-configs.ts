/** The clients whose configuration files are known. */
export const Client = {
  ClaudeDesktop: "claude-desktop",
  ClaudeCode: "claude-code",
  Cursor: "cursor",
  VsCode: "vscode",
  Generic: "generic",
} as const;
export type Client = (typeof Client)[keyof typeof Client];

/** A ready configuration for one client. */
export interface ClientConfig {
  client: Client;
  /** Where the client reads it. */
  file: string;
  /** The file's content. It never holds a token. */
  config: Record<string, unknown>;
  /** Where the token goes, and what else to know. */
  notes: string[];
}

/** What a client connects to: a name in its own list, and a URL. */
export interface Target {
  name: string;
  url: string;
}

/** The environment variable that the configurations take the token from. */
const VARIABLE = "DIND_MCP_TOKEN";
/** All servers behind one URL. */
const AGGREGATE = "dind-mcp";
/** Exact, so that nobody's client runs code that came out since. */
const BRIDGE = "mcp-remote@0.15.1";

/** The URL of each server, or the one of all. */
export function targets(publicUrl: string, servers: string[], mode: "each" | "all"): Target[] {
  if (mode === "all") return [{ name: AGGREGATE, url: `${publicUrl}/mcp` }];
  return servers.map((name) => ({ name, url: `${publicUrl}/servers/${name}/mcp` }));
}

function byName(all: Target[], entry: (url: string) => Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(all.map(({ name, url }) => [name, entry(url)]));
}

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const fromEnvironment = `set the environment variable ${VARIABLE} to a token with the scope mcp before the client starts`;

function bridged(url: string): Record<string, unknown> {
  // The bridge refuses plain http to other machines unless told so.
  const plain = url.startsWith("http:") ? ["--allow-http"] : [];
  // Without a space after the colon: some clients split arguments at spaces. The bridge fills in the variable.
  const header = ["--header", `Authorization:\${AUTHORIZATION}`];
  return {
    command: "npx",
    args: ["-y", BRIDGE, url, "--transport", "http-only", ...plain, ...header],
    env: { AUTHORIZATION: "Bearer YOUR_TOKEN" },
  };
}

const MAKERS: Record<Client, (all: Target[]) => Omit<ClientConfig, "client">> = {
  [Client.ClaudeDesktop]: (all) => ({
    file: "claude_desktop_config.json (Settings, Developer, Edit Config)",
    config: { mcpServers: byName(all, bridged) },
    notes: [
      "this file has no HTTP servers: the bridge mcp-remote, run by npx (Node.js is needed), stands between",
      "replace YOUR_TOKEN by a token with the scope mcp: the client expands no variables there",
    ],
  }),
  [Client.ClaudeCode]: (all) => ({
    file: ".mcp.json in the project, or the same entries by `claude mcp add-json`",
    config: { mcpServers: byName(all, (url) => ({ type: "http", url, ...bearer(`\${${VARIABLE}}`) })) },
    notes: [fromEnvironment],
  }),
  [Client.Cursor]: (all) => ({
    file: ".cursor/mcp.json in the project, or ~/.cursor/mcp.json",
    config: { mcpServers: byName(all, (url) => ({ url, ...bearer(`\${env:${VARIABLE}}`) })) },
    notes: [fromEnvironment],
  }),
  [Client.VsCode]: (all) => ({
    file: ".vscode/mcp.json in the project, or `MCP: Open User Configuration`",
    config: {
      inputs: [
        { type: "promptString", id: "dind-mcp-token", description: "Token of dind-mcp, scope mcp", password: true },
      ],
      servers: byName(all, (url) => ({ type: "http", url, ...bearer(`\${input:dind-mcp-token}`) })),
    },
    notes: ["VS Code asks for the token once, and keeps it in the system's secret storage"],
  }),
  [Client.Generic]: (all) => ({
    file: "mcp.json, or wherever the client keeps its servers",
    config: { mcpServers: byName(all, (url) => ({ type: "streamable-http", url, ...bearer(`\${${VARIABLE}}`) })) },
    notes: [fromEnvironment, "a client that expands no variables needs the token itself in place of the variable"],
  }),
};

/** The configuration of one client. */
export function clientConfig(client: Client, all: Target[]): ClientConfig {
  return { client, ...MAKERS[client](all) };
}
