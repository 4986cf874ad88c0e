import assert from "node:assert/strict";
import { until } from "../../mcp-init/mcp-init";
import { type Answer, McpClient, type Reply } from "./mcp-client";

/** Milliseconds in which all of a conversation's requests have their answers, or broken connections. */
const PATIENCE_MS = 20_000;

/**
 * What `converse` does, by a client of HTTP+SSE: the answers come on the stream.
 * @param url of a server of talkative.ts, without its last part
 */
export async function converseOld(url: string): Promise<void> {
  const stream = await new McpClient(`${url}/sse`).listen();
  const come = (what: string, is: () => unknown): Promise<unknown> =>
    until(what, () => Boolean(stream.ended || is()), Boolean, PATIENCE_MS);
  await come("the endpoint", () => stream.messages.length > 0);
  const [path] = stream.messages;
  if (path === undefined) return;
  const client = new McpClient(new URL(path, url).href);
  const asked = new Map<number, Reply>();

  const found = (is: (message: Answer) => boolean): Answer[] =>
    stream.messages
      .filter((text) => text.startsWith("{"))
      .map((text) => JSON.parse(text) as Answer)
      .filter(is);
  const answersTo = (id: number): Answer[] => found((one) => one.method === undefined && one.id === id);
  const isOver = (id: number): boolean => {
    const post = asked.get(id) as Reply;
    return answersTo(id).length > 0 || (post.ended && (post.broken !== undefined || post.status !== 202));
  };
  const say = (message: object): Promise<Reply> => client.ask({ jsonrpc: "2.0", ...message });
  const ask = (id: number, method: string, params: object = {}): void =>
    void asked.set(id, client.send({ jsonrpc: "2.0", id, method, params }));
  const call = (id: number, name: string): void =>
    ask(id, "tools/call", { name, arguments: {}, _meta: { progressToken: id } });

  const clientInfo = { name: "old", version: "1" };
  ask(1, "initialize", { protocolVersion: "2024-11-05", capabilities: { elicitation: {} }, clientInfo });
  await come("an answer to initialize", () => isOver(1));
  await say({ method: "notifications/initialized" });
  ask(2, "tools/list");
  call(3, "large");
  call(4, "chatty");
  call(5, "silent");
  const isQuestion = ({ method }: Answer): boolean => method === "elicitation/create";
  await come("a question, or an answer", () => found(isQuestion).length > 0 || isOver(4));
  const [question] = found(isQuestion);
  if (question) await say({ id: question.id, result: { action: "accept", content: {} } });
  await say({ method: "notifications/cancelled", params: { requestId: 5 } });
  call(6, "echo");
  for (const id of [2, 3, 4, 6]) await come(`an answer to request ${id}`, () => isOver(id));
  for (const id of asked.keys()) assert.ok(answersTo(id).length <= 1, `more than one answer to request ${id}`);
  stream.drop();
}
