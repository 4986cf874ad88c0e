import { type Access, type ClientKind, headers, type Target } from "./client";

/** Pinned: no client runs code that came out after this release. */
const BRIDGE = "mcp-remote@0.15.1";

function bridged({ url }: Target, { authorization }: Access): Record<string, unknown> {
  // By default the bridge refuses plain http to other machines.
  const plain = url.startsWith("http:") ? ["--allow-http"] : [];
  // No space after the colon: some clients split arguments at spaces. The bridge fills in the variable.
  const header = ["--header", `Authorization:\${AUTHORIZATION}`];
  return {
    command: "npx",
    args: ["-y", BRIDGE, url, "--transport", "http-only", ...plain, ...header],
    env: { AUTHORIZATION: authorization },
  };
}

/** Applications with windows of their own. */
export const DESKTOP = {
  "claude-desktop": {
    file: "claude_desktop_config.json (Settings, Developer, Edit Config)",
    servers: "mcpServers",
    entry: bridged,
    next: "quit Claude Desktop and start it again; Settings, Developer shows the server",
    notes: ["this file has no HTTP servers: the bridge mcp-remote, run by npx (Node.js is needed), stands between"],
  },
  "lm-studio": {
    file: "~/.lmstudio/mcp.json (Program tab, Install, Edit mcp.json)",
    servers: "mcpServers",
    entry: ({ url }, access) => ({ url, ...headers(access) }),
    next: "in LM Studio's Program tab, switch the server on",
  },
} as const satisfies Record<string, ClientKind>;
