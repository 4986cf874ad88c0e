import type { JsonObject } from "../wire/json-rpc";

/** What all servers together can do. */
export const CAPABILITIES = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
};

export const SERVER_INFO = { name: "dind-mcp", title: "All servers of the fleet", version: "1" };

/** What a model is told about the names. */
export function instructions(servers: string[]): string {
  return `Tools and prompts are called SERVER__NAME, resources mcp-SERVER+URI. Servers: ${servers.join(", ") || "none"}.`;
}

/** The result of `initialize`. */
export function initializeResult(protocolVersion: string, servers: string[]): JsonObject {
  return { protocolVersion, capabilities: CAPABILITIES, serverInfo: SERVER_INFO, instructions: instructions(servers) };
}
