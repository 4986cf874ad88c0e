// The official TypeScript SDK, 1.x: over HTTP, or with a bridge over stdio.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import type { Task } from "./steps";
import { type Connected, takeSteps } from "./typescript-steps";

/** Less than a step may take: a bridge that says nothing any more is started again. */
const TIMEOUT_MS = 25_000;
const { url, command: [program = "", ...args] = [], prefix } = JSON.parse(process.argv[2] ?? "") as Task;

async function connect(): Promise<Connected> {
  const client = new Client({ name: "typescript-1", version: "1" });
  const http = program ? undefined : new StreamableHTTPClientTransport(new URL(url));
  await client.connect(
    http ?? new StdioClientTransport({ command: program, args, env: { ...process.env } as Record<string, string> }),
  );
  return {
    version: http?.protocolVersion ?? "",
    list: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, given = {}, signal) => {
      const result = await client.callTool({ name, arguments: given }, CallToolResultSchema, {
        signal,
        timeout: TIMEOUT_MS,
      });
      const [part] = result.content as { text?: string }[];
      return part?.text ?? "";
    },
    close: () => client.close(),
  };
}

void takeSteps(connect, prefix);
