import assert from "node:assert/strict";
import { within } from "../../../../lib/within";
import { until } from "../../mcp-init/mcp-init";
import { McpClient, type Reply } from "./mcp-client";
import type { Era } from "./talkative";

/** Milliseconds in which all of a conversation's requests have their answers, or broken connections. */
const PATIENCE_MS = 20_000;

/** A request, and what came of it. */
export interface Asked {
  what: string;
  id: unknown;
  reply: Reply;
  /** It was cancelled: it may have no answer. */
  left?: boolean;
}

/** All that a client does with a server of talkative.ts: calls of every kind, side by side; some are left again. */
export async function converse(url: string, era: Era, toolOf: (name: string) => string): Promise<void> {
  const asked = era === "legacy" ? await inSession(url, toolOf) : await without(url, toolOf);
  const all = Promise.all(asked.map(({ reply }) => reply.done)).then(() => true);
  const ended = await within(PATIENCE_MS, all);
  const open = asked.filter(({ reply }) => !reply.ended).map(({ what }) => what);
  assert.ok(ended, `without an answer or an end after ${PATIENCE_MS} ms: ${open.join(", ")}`);
  for (const one of asked) exactlyOne(one);
}

async function inSession(url: string, toolOf: (name: string) => string): Promise<Asked[]> {
  const client = new McpClient(url, { capabilities: { elicitation: {} } });
  const asked: Asked[] = [{ what: "initialize", id: "init", reply: await client.initialize() }];
  if (!client.session) return asked;
  const ask = (id: number, method: string, params: object = {}): Reply => {
    const reply = client.send({ jsonrpc: "2.0", id, method, params });
    asked.push({ what: `${method} ${JSON.stringify(params)}`, id, reply });
    return reply;
  };
  const call = (id: number, name: string): Reply =>
    ask(id, "tools/call", { name: toolOf(name), arguments: {}, _meta: { progressToken: id } });
  const stream = await client.listen();
  ask(1, "tools/list");
  call(2, "large");
  const chatty = call(3, "chatty");
  call(4, "silent");
  (asked.at(-1) as Asked).left = true;
  const question = await questionOf(chatty);
  const say = (message: object): Promise<Reply> => client.ask({ jsonrpc: "2.0", ...message });
  if (question) await say({ id: question.id, result: { action: "accept", content: {} } });
  await say({ method: "notifications/cancelled", params: { requestId: 4 } });
  call(5, "echo").drop();
  await Promise.all(asked.map(({ reply, left }) => left || within(PATIENCE_MS, reply.done)));
  await client.delete();
  stream.drop();
  return asked;
}

/** What the server asks in the middle of a call; undefined when the call ends without a question. */
async function questionOf(call: Reply): Promise<{ id: unknown } | undefined> {
  const find = () => call.messages.filter(isJson).find((text) => text.includes("elicitation/create"));
  await until("a question", () => call.ended || find() !== undefined, Boolean, PATIENCE_MS);
  const text = find();
  return text === undefined ? undefined : JSON.parse(text);
}

async function without(url: string, toolOf: (name: string) => string): Promise<Asked[]> {
  const client = new McpClient(url);
  const asked: Asked[] = [];
  const ask = (id: number, method: string, params: Record<string, unknown> = {}): Reply => {
    const reply = client.startModern(method, params, id);
    asked.push({ what: `${method} ${JSON.stringify(params)}`, id, reply });
    return reply;
  };
  const askable = { "io.modelcontextprotocol/clientCapabilities": { elicitation: {} }, progressToken: 7 };
  const call = (id: number, name: string, more: object = {}): Reply =>
    ask(id, "tools/call", { name: toolOf(name), arguments: {}, _meta: askable, ...more });
  const leave = (reply: Reply): void => {
    const one = asked.find((other) => other.reply === reply);
    if (one) one.left = true;
    reply.drop();
  };
  const subscription = ask(1, "subscriptions/listen", { notifications: { toolsListChanged: true } });
  const silent = call(2, "silent");
  const some = [ask(3, "server/discover"), ask(4, "tools/list"), call(5, "large"), call(6, "chatty")];
  await Promise.all(some.map((reply) => within(PATIENCE_MS, reply.done)));
  const [text] = (some[3] as Reply).messages.slice(-1);
  const requestState = text === undefined ? undefined : JSON.parse(text).result?.requestState;
  if (requestState) {
    const inputResponses = { q: { action: "accept", content: {} }, q1: { action: "accept", content: {} } };
    await within(PATIENCE_MS, call(8, "chatty", { requestState, inputResponses }).done);
  }
  leave(silent);
  leave(subscription);
  return asked;
}

/** @throws AssertionError unless there is one answer with the request's id, or a connection that broke */
export function exactlyOne({ what, id, reply, left }: Asked): void {
  const messages = reply.messages.filter((text) => !reply.broken || isJson(text)).map((text) => JSON.parse(text));
  const answers = messages.filter(({ method, result, error }) => typeof method !== "string" && (result || error));
  const told = `${what}: HTTP ${reply.status} ${reply.messages.map(shortened).join("\n")}`;
  assert.ok(answers.length <= 1, `more than one answer to ${told}`);
  for (const answer of answers) assert.ok(answer.id === id || answer.id === null, `another's answer to ${told}`);
  assert.ok(answers.length === 1 || left || reply.broken, `no answer to ${told}`);
}

/** A message without the middle of its long texts. Of more than 5 MB the expression would overflow its stack. */
const shortened = (text: string): string =>
  text
    .slice(0, 100_000)
    .replace(/(\w{20})\w{20,}/g, "$1...")
    .slice(0, 1_000);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
