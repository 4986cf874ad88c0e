import { mcpPath } from "./paths";

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
  /** The file's content. */
  config: Record<string, unknown>;
  /** Where the token goes, and what else to know. */
  notes: string[];
}

/** What a client connects to: a name in its own list, and a URL. */
export interface Target {
  name: string;
  url: string;
}

/** What is the reader's own in a configuration. */
export interface ConfigOptions {
  /** The name of all servers behind one URL; the token's variable is called after it. @default "dind-mcp" */
  name?: string;
  /** Written into the file. @default none: the file says where the client takes it from */
  token?: string;
}

/** All servers behind one URL. */
export const AGGREGATE = "dind-mcp";
/** Pinned: no client runs code that came out after this release. */
const BRIDGE = "mcp-remote@0.15.1";

/** The URL of each server, or the one of all. */
export function targets(publicUrl: string, servers: string[], mode: "each" | "all", name = AGGREGATE): Target[] {
  if (mode === "all") return [{ name, url: publicUrl + mcpPath() }];
  const prefix = name === AGGREGATE ? "" : `${name}-`;
  return servers.map((server) => ({ name: prefix + server, url: publicUrl + mcpPath(server) }));
}

/** The environment variable that a configuration of this name takes the token from: `DIND_MCP_TOKEN`. */
export function tokenVariable(name = AGGREGATE): string {
  return `${name.toUpperCase().replace(/[^A-Z0-9]+/g, "_")}_TOKEN`;
}

function byName(all: Target[], entry: (url: string) => Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(all.map(({ name, url }) => [name, entry(url)]));
}

const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });
const fromEnvironment = (variable: string) =>
  `set the environment variable ${variable} to a token with the scope mcp before the client starts`;

function bridged(url: string, token: string): Record<string, unknown> {
  // The bridge refuses plain http to other machines unless told so.
  const plain = url.startsWith("http:") ? ["--allow-http"] : [];
  // No space after the colon: some clients split arguments at spaces. The bridge fills in the variable.
  const header = ["--header", `Authorization:\${AUTHORIZATION}`];
  return {
    command: "npx",
    args: ["-y", BRIDGE, url, "--transport", "http-only", ...plain, ...header],
    env: { AUTHORIZATION: `Bearer ${token}` },
  };
}

type Maker = (all: Target[], options: { name: string; token?: string }) => Omit<ClientConfig, "client">;

const MAKERS: Record<Client, Maker> = {
  [Client.ClaudeDesktop]: (all, { token }) => ({
    file: "claude_desktop_config.json (Settings, Developer, Edit Config)",
    config: { mcpServers: byName(all, (url) => bridged(url, token ?? "YOUR_TOKEN")) },
    notes: [
      "this file has no HTTP servers: the bridge mcp-remote, run by npx (Node.js is needed), stands between",
      ...(token ? [] : ["replace YOUR_TOKEN by a token with the scope mcp: the client expands no variables there"]),
    ],
  }),
  [Client.ClaudeCode]: (all, { name, token }) => ({
    file: ".mcp.json in the project, or the same entries by `claude mcp add-json`",
    config: {
      mcpServers: byName(all, (url) => ({ type: "http", url, ...bearer(token ?? `\${${tokenVariable(name)}}`) })),
    },
    notes: token ? [] : [fromEnvironment(tokenVariable(name))],
  }),
  [Client.Cursor]: (all, { name, token }) => ({
    file: ".cursor/mcp.json in the project, or ~/.cursor/mcp.json",
    config: { mcpServers: byName(all, (url) => ({ url, ...bearer(token ?? `\${env:${tokenVariable(name)}}`) })) },
    notes: token ? [] : [fromEnvironment(tokenVariable(name))],
  }),
  [Client.VsCode]: (all, { name, token }) => {
    const id = `${name}-token`;
    const ask = { type: "promptString", id, description: `Token of ${name}, scope mcp`, password: true };
    return {
      file: ".vscode/mcp.json in the project, or `MCP: Open User Configuration`",
      config: {
        ...(token ? {} : { inputs: [ask] }),
        servers: byName(all, (url) => ({ type: "http", url, ...bearer(token ?? `\${input:${id}}`) })),
      },
      notes: token ? [] : ["VS Code asks for the token once, and keeps it in the system's secret storage"],
    };
  },
  [Client.Generic]: (all, { name, token }) => {
    const variable = tokenVariable(name);
    const entry = (url: string) => ({ type: "streamable-http", url, ...bearer(token ?? `\${${variable}}`) });
    return {
      file: "mcp.json, or wherever the client keeps its servers",
      config: { mcpServers: byName(all, entry) },
      notes: token
        ? []
        : [
            fromEnvironment(variable),
            "a client that expands no variables needs the token itself in place of the variable",
          ],
    };
  },
};

/** The configuration of one client. It holds a token only when it was given one. */
export function clientConfig(
  client: Client,
  all: Target[],
  { name = AGGREGATE, token }: ConfigOptions = {},
): ClientConfig {
  return { client, ...MAKERS[client](all, { name, ...(token ? { token } : {}) }) };
}
