import { braces, type ClientKind, headers } from "./client";

/** Programs for a terminal. */
export const TERMINALS = {
  "claude-code": {
    file: ".mcp.json in the project, or the same entries by `claude mcp add-json`",
    servers: "mcpServers",
    variable: braces,
    entry: ({ url }, access) => ({ type: "http", url, ...headers(access) }),
    next: "`claude mcp list` tells whether it connects; in a session `/mcp` shows the tools",
  },
  codex: {
    file: "~/.codex/config.toml",
    format: "toml",
    servers: "mcp_servers",
    variable: braces,
    entry: ({ url }, access) =>
      access.variable ? { url, bearer_token_env_var: access.variable } : { url, http_headers: headers(access).headers },
    next: "`codex mcp list` names it; in a session `/mcp` shows the tools",
  },
  "gemini-cli": {
    file: ".gemini/settings.json in the project, or ~/.gemini/settings.json",
    servers: "mcpServers",
    variable: braces,
    entry: ({ url }, access) => ({ httpUrl: url, ...headers(access) }),
    next: "`gemini mcp list` tells whether it connects, in a folder that it trusts (`/permissions trust`); elsewhere all are Disabled",
    notes: ["`gemini mcp add` writes this file anew, with the values of variables: the token would be in it"],
  },
  "qwen-code": {
    file: ".qwen/settings.json in the project, or ~/.qwen/settings.json",
    servers: "mcpServers",
    variable: braces,
    entry: ({ url }, access) => ({ httpUrl: url, ...headers(access) }),
    next: "`qwen mcp list` tells whether it connects; in a session `/mcp` shows the tools",
  },
  opencode: {
    file: "opencode.json in the project, or ~/.config/opencode/opencode.json",
    servers: "mcp",
    variable: (variable) => `{env:${variable}}`,
    // Without `oauth: false` it tries to sign in when the token is wrong.
    entry: ({ url }, access) => ({ type: "remote", url, enabled: true, oauth: false, ...headers(access) }),
    next: "`opencode mcp list` tells whether it connects",
  },
  copilot: {
    file: "~/.copilot/mcp-config.json",
    servers: "mcpServers",
    variable: braces,
    entry: ({ url }, access) => ({ type: "http", url, ...headers(access), tools: ["*"] }),
    next: "`copilot mcp list` names it; in a session `/mcp` shows the tools",
  },
  goose: {
    file: "~/.config/goose/config.yaml",
    format: "yaml",
    servers: "extensions",
    variable: braces,
    entry: ({ name, url }, access) => ({
      enabled: true,
      type: "streamable_http",
      name,
      description: "",
      uri: url,
      ...headers(access),
      env_keys: access.variable ? [access.variable] : [],
      timeout: 300,
    }),
    next: "`goose configure`, Toggle Extensions, shows it; a session has its tools",
  },
  warp: {
    file: ".warp/.mcp.json in the project, or ~/.warp/.mcp.json",
    servers: "mcpServers",
    variable: braces,
    entry: ({ url }, access) => ({ url, ...headers(access) }),
    next: "in Warp's Settings, Agents, MCP servers, start the server",
  },
  crush: {
    file: "crush.json in the project, or ~/.config/crush/crush.json",
    servers: "mcp",
    variable: (variable) => `$${variable}`,
    entry: ({ url }, access) => ({ type: "http", url, ...headers(access) }),
    next: "start crush: its sidebar shows the server",
    notes: ["a crushrc is a script, and stays as it is: Crush merges the two, and says so in its log"],
  },
  mcporter: {
    file: "config/mcporter.json in the project, or ~/.mcporter/mcporter.json",
    servers: "mcpServers",
    variable: braces,
    entry: ({ url }, access) => ({ url, ...headers(access) }),
    next: "`npx mcporter list` tells whether it connects",
  },
} as const satisfies Record<string, ClientKind>;
