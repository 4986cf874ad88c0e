// MCP without a library: one file, so that the image needs no build step but a copy. Lists the tools, calls one, and prints
// both as one line of JSON. The protocol of 2025-11-25: a session, in which each request is one POST.
import { readFileSync } from "node:fs";

const { OUTPUTS_VERSION, MCP_URL, MCP_TOOL } = process.env;
const PROTOCOL = "2025-11-25";
const token = readFileSync("/run/secrets/token", "utf8");
let session;

/** Sends a message. @returns the answer's result; nothing for a notification */
async function send(method, params = {}, id = 1) {
  const answer = await fetch(MCP_URL, {
    method: "POST",
    headers: {
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      "MCP-Protocol-Version": PROTOCOL,
      ...(session ? { "Mcp-Session-Id": session } : {}),
    },
    body: JSON.stringify({ jsonrpc: "2.0", method, params, ...(id === null ? {} : { id }) }),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method}: HTTP ${answer.status} ${text}`);
  session ??= answer.headers.get("mcp-session-id");
  if (id === null) return undefined;
  const messages = answer.headers.get("content-type")?.includes("event-stream")
    ? text.split("\n").flatMap((line) => (line.startsWith("data:") ? [line.slice(5).trim()] : []))
    : [text];
  const reply = messages
    .filter(Boolean)
    .map((one) => JSON.parse(one))
    .find((one) => one.id === id);
  if (!reply || reply.error) throw new Error(`${method}: ${reply?.error?.message ?? "no answer"}`);
  return reply.result;
}

async function main() {
  if (OUTPUTS_VERSION !== "2") throw new Error(`outputs version of the stack: got ${OUTPUTS_VERSION}, expected 2`);
  const clientInfo = { name: "dind-mcp-consumer-yaml", version: "0.1.0" };
  await send("initialize", { protocolVersion: PROTOCOL, capabilities: {}, clientInfo });
  await send("notifications/initialized", {}, null);
  const { tools } = await send("tools/list");
  const { content, isError } = await send("tools/call", { name: MCP_TOOL, arguments: {} });
  const answer = content.map((part) => part.text ?? `<${part.type}>`).join("\n");
  if (isError) throw new Error(`${MCP_TOOL}: ${answer}`);
  const headers = { Authorization: `Bearer ${token}`, "Mcp-Session-Id": session };
  await fetch(MCP_URL, { method: "DELETE", headers }); // or the gateway would keep the session until it is idle for long
  return { tools: tools.map(({ name }) => name).sort(), answer };
}

main().then(
  (found) => console.log(JSON.stringify(found)),
  (error) => {
    console.log(JSON.stringify({ error: error.message }));
    process.exitCode = 1;
  },
);
