import { type Heard, HostileServer, SILENT } from "./hostile-server";
import { type HttpCall, HttpServer } from "./http-server";

export type Era = "legacy" | "modern";
const META = "io.modelcontextprotocol/";
const LARGE = "x".repeat(300_000);
const QUESTION = { mode: "form", message: "which?", requestedSchema: { type: "object", properties: {} } };
const capabilities = { tools: { listChanged: true }, resources: { subscribe: true } };

/**
 * What a server says that behaves, and has all kinds of messages: tools `echo`, `chatty` (progress, a log line, a question,
 * the answer), `large`, `silent`. Undefined: nothing.
 */
export function talk(era: Era, { id, method, params = {} }: Heard, say: (message: unknown) => void): unknown {
  const result = (value: object): unknown => ({ jsonrpc: "2.0", id, result: { resultType: "complete", ...value } });
  const note = (name: string, about: object): void =>
    say({ jsonrpc: "2.0", method: `notifications/${name}`, params: about });
  const text = (words: string): unknown => result({ content: [{ type: "text", text: words }] });
  const wrong = { jsonrpc: "2.0", id, error: { code: -32601, message: `there is no ${method}` } };
  switch (method) {
    case undefined:
      return undefined; // an answer to a question
    case "server/discover":
      return era === "legacy" ? wrong : result({ supportedVersions: ["2026-07-28"], capabilities, _meta: {} });
    case "initialize": {
      if (era === "modern") return wrong;
      return result({ protocolVersion: "2025-11-25", capabilities, serverInfo: { name: "talkative", version: "1" } });
    }
    case "subscriptions/listen": {
      const mine = { [`${META}subscriptionId`]: id };
      note("subscriptions/acknowledged", { notifications: { toolsListChanged: true }, _meta: mine });
      note("tools/list_changed", { _meta: mine });
      return undefined;
    }
    case "tools/list":
      return result({
        tools: ["echo", "chatty", "large", "silent"].map((name) => ({ name, inputSchema: { type: "object" } })),
      });
    case "tools/call":
      break;
    default:
      return result({});
  }
  switch (params.name) {
    case "silent":
      return undefined;
    case "large":
      return text(LARGE);
    case "chatty": {
      const progressToken = (params._meta as Record<string, unknown> | undefined)?.progressToken;
      for (const progress of [1, 2]) if (progressToken !== undefined) note("progress", { progressToken, progress });
      if (era === "modern" && !params.inputResponses) {
        const inputRequests = { q: { method: "elicitation/create", params: QUESTION } };
        return result({ resultType: "input_required", inputRequests, requestState: "s" });
      }
      note("message", { level: "info", data: "said" });
      if (era === "legacy") say({ jsonrpc: "2.0", id: "q1", method: "elicitation/create", params: QUESTION });
      return text("chatty");
    }
    default:
      return text(String(params.name));
  }
}

/** Such a server behind a socket of mcp-init's kind. */
export const talkativeStdio = (era: Era): HostileServer =>
  new HostileServer((message, say) => talk(era, message, say) ?? SILENT);

/** Such a server behind HTTP: calls of tools are answered in event streams, all else in JSON. */
export function talkativeHttp(era: Era): HttpServer {
  return new HttpServer((call: HttpCall) => {
    const { method, body, response } = call;
    const session: Record<string, string> = era === "legacy" ? { "mcp-session-id": "s" } : {};
    if (method === "GET") call.stream()({ jsonrpc: "2.0", method: "notifications/tools/list_changed" }, "e1");
    else if (method !== "POST") response.writeHead(200).end();
    else if (body?.id === undefined || body.method === undefined) response.writeHead(202).end();
    else if (body.method !== "tools/call" && body.method !== "subscriptions/listen") {
      call.json(
        talk(era, body, () => {}),
        session,
      );
    } else {
      const say = call.stream(session);
      const said = talk(era, body, (message) => say(message, "e2"));
      if (said === undefined) return;
      say(said);
      response.end();
    }
  });
}

/** Such a server behind HTTP+SSE of 2024. */
export function talkativeSse(): HttpServer {
  const streams = new Map<string, (message: unknown) => void>();
  return new HttpServer((call: HttpCall) => {
    const { method, body, request, response } = call;
    if (method === "GET") {
      const session = `s${streams.size}`;
      const say = call.stream();
      streams.set(session, (message) => say(message));
      say(`messages?s=${session}`, undefined, "event: endpoint\n");
      return;
    }
    const say = streams.get(new URLSearchParams(request.url?.split("?")[1]).get("s") ?? "");
    response.writeHead(say ? 202 : 404).end("Accepted");
    const said = say && body?.id !== undefined ? talk("legacy", body, say) : undefined;
    if (said !== undefined) say?.(said);
  });
}
