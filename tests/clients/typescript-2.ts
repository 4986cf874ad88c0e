// The official TypeScript SDK, 2.x; options.era: "legacy", as it is without being told, or "auto".
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Task } from "./steps";
import { type Connected, takeSteps } from "./typescript-steps";

const { url, prefix, options } = JSON.parse(process.argv[2] ?? "") as Task;

async function connect(): Promise<Connected> {
  const mode = options.era === "auto" ? "auto" : "legacy";
  const client = new Client({ name: "typescript-2", version: "1" }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return {
    version: client.getNegotiatedProtocolVersion() ?? "",
    list: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, given = {}, signal) => {
      const [part] = (await client.callTool({ name, arguments: given }, { signal })).content;
      return part?.type === "text" ? part.text : "";
    },
    close: () => client.close(),
  };
}

void takeSteps(connect, prefix);
