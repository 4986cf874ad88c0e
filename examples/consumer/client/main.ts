import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

// Lists the tools and calls one; prints what it found as one line of JSON (fleet-client.ts reads it). It runs once, to its end.

/** Milliseconds for all of it. */
const TIME_OUT = 60_000;
/** Milliseconds for all servers to show up. */
const PATIENCE = 15_000;

/** A setting, from the environment. @throws Error when it is missing */
function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name}: got nothing, expected a value in the environment`);
  return value;
}

/**
 * Names of the tools, sorted. The gateway waits 3 s for a server that is slow, as after its start, and leaves it out: so
 * this asks again. A server that the token may not use never shows up.
 */
async function toolNames(client: Client, servers: string[]): Promise<string[]> {
  for (const end = Date.now() + PATIENCE; ; await pause(500)) {
    const names = (await client.listTools()).tools.map(({ name }) => name).sort();
    const complete = servers.every((server) => names.some((name) => name.startsWith(`${server}__`)));
    if (complete || Date.now() > end) return names;
  }
}

async function main(): Promise<void> {
  const token = readFileSync("/run/secrets/token", "utf8");
  const transport = new StreamableHTTPClientTransport(new URL(setting("MCP_URL")), {
    requestInit: { headers: { Authorization: `Bearer ${token}` } },
  });
  const client = new Client({ name: "dind-mcp-consumer", version: "0.1.0" });
  await client.connect(transport);
  const tools = await toolNames(client, JSON.parse(setting("MCP_SERVERS")) as string[]);
  const result = await client.callTool({
    name: setting("MCP_TOOL"),
    arguments: JSON.parse(setting("MCP_ARGUMENTS")) as Record<string, unknown>,
  });
  const answer = result.content.map((part) => (part.type === "text" ? part.text : `<${part.type}>`)).join("\n");
  if (result.isError) throw new Error(`${setting("MCP_TOOL")}: ${answer}`);
  await transport.terminateSession(); // or the gateway would keep it until it is idle for long
  await client.close();
  console.log(JSON.stringify({ tools, answer }));
}

setTimeout(() => {
  console.error(`no answer of ${process.env.MCP_URL} within ${TIME_OUT / 1_000} s`);
  process.exit(1);
}, TIME_OUT).unref();

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error)); // names no token: errors of HTTP hold answers alone
  process.exit(1);
});
