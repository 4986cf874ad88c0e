/** A stdio server as the gateway meets it, behind a socket. Usage: echo SOCKET SIZE; its tool answers with a text of SIZE bytes. */
import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

const [path, size] = process.argv.slice(2) as [string, string];
const content = JSON.stringify({ content: [{ type: "text", text: "x".repeat(Number(size)) }] });
const hello = JSON.stringify({
  protocolVersion: "2025-11-25",
  capabilities: { tools: {} },
  serverInfo: { name: "echo", version: "1" },
});

function serve(socket: Socket): void {
  socket.on("error", () => {}); // the session is over
  createInterface({ input: socket }).on("line", (line) => {
    const { id, method } = JSON.parse(line) as { id?: number | string; method: string };
    if (id === undefined) return;
    const result = method === "initialize" ? hello : content;
    socket.write(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}\n`);
  });
}

createServer(serve).listen(path, () => console.log("ready"));
