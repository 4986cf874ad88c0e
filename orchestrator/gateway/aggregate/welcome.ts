import type { JsonObject } from "../wire/json-rpc";

/** The capabilities that the URL of all servers declares. They are fixed, as servers come and go during a session. */
export const CAPABILITIES = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
};

export const SERVER_INFO = { name: "dind-mcp", title: "All servers of the fleet", version: "1" };

/** Returns the `instructions` for the model: how names are built, and which servers there are. */
export function instructions(servers: string[]): string {
  return `Tools and prompts are called SERVER__NAME, resources mcp-SERVER+URI. Servers: ${servers.join(", ") || "none"}.`;
}

/** Returns the result of `initialize`. */
export function initializeResult(protocolVersion: string, servers: string[]): JsonObject {
  return { protocolVersion, capabilities: CAPABILITIES, serverInfo: SERVER_INFO, instructions: instructions(servers) };
}
