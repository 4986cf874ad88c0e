/** The limit of client and machine: a Node HTTP server that answers by itself. Prints its URL. */
import { createServer } from "node:http";

const SESSION = "00000000-0000-0000-0000-000000000000";

interface Request {
  id?: number;
  method?: string;
  params?: { protocolVersion?: string; arguments?: { text?: string; bytes?: number } };
}

/** Made once for each size, as echo.c's letters cost it nothing. */
const letters = new Map<number, string>();

function large(bytes: number): string {
  const text = letters.get(bytes) ?? "x".repeat(bytes);
  letters.set(bytes, text);
  return text;
}

function result({ method, params }: Request): object {
  const { text = "", bytes } = params?.arguments ?? {};
  if (method !== "initialize") return { content: [{ type: "text", text: bytes === undefined ? text : large(bytes) }] };
  return {
    protocolVersion: params?.protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: "bare", version: "1.0.0" },
  };
}

const server = createServer((incoming, answer) => {
  let body = "";
  incoming.setEncoding("utf8");
  incoming.on("data", (data: string) => {
    body += data;
  });
  incoming.on("end", () => {
    const request = body ? (JSON.parse(body) as Request) : {};
    if (request.id === undefined) return answer.writeHead(202).end();
    const text = JSON.stringify({ jsonrpc: "2.0", id: request.id, result: result(request) });
    answer.writeHead(200, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
      "mcp-session-id": SESSION,
    });
    answer.end(text);
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address && typeof address === "object") console.log(`http://127.0.0.1:${address.port}/mcp`);
});
