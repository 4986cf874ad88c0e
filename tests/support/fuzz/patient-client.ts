import assert from "node:assert/strict";
import { within } from "../../../lib/within";
import { type Asked, exactlyOne } from "../orchestrator/gateway/conversations";
import { McpClient, type Reply } from "../orchestrator/gateway/mcp-client";
import type { Era } from "../orchestrator/gateway/talkative";
import type { Random } from "./random";

/** Milliseconds for any answer: time-outs of 1 s, one more start and one more attempt, on a machine with much else to do. */
export const ANSWER_MS = 20_000;
/** Milliseconds after which a call whose server asks or goes on telling is cancelled: such a call may take minutes. */
const CANCEL_MS = 3_000;

const METHODS = [
  "tools/list",
  "resources/list",
  "ping",
  "logging/setLevel",
  "resources/subscribe",
  "completion/complete",
];
const TOOLS = ["echo", "echo", "echo", "echo", "chatty", "chatty", "chatty", "large", "large", "silent"];
const ASKABLE = { elicitation: {}, sampling: {} };

/** What a conversation came to. */
export interface Talked {
  requests: number;
  /** Calls that still wait for this client's answer to a question: their server keeps a process for ten minutes. */
  held: number;
}

/** A client that does nothing wrong, with a server that may: a few requests at a time, each of which has to be answered. */
export async function talkTo(url: string, era: Era, random: Random, toolOf: (name: string) => string): Promise<Talked> {
  const client = new McpClient(url, { capabilities: random.chance(0.5) ? ASKABLE : {} });
  const asked: Asked[] = [];
  if (era === "legacy") {
    const reply = await within(ANSWER_MS, client.initialize());
    assert.ok(reply, `initialize: no answer after ${ANSWER_MS} ms`);
    exactlyOne({ what: "initialize", id: "init", reply });
    if (!client.session) return { requests: 1, held: 0 };
  }
  const stream = era === "legacy" && random.chance(0.3) ? await client.listen() : undefined;
  for (let id = 1; id <= 1 + random.below(5); id++) asked.push(ask(client, era, random, id, toolOf));
  await Promise.all(asked.map((one) => settled(client, era, one)));
  for (const one of asked) exactlyOne(one);
  if (era === "modern") asked.push(...(await resumed(client, asked)));
  stream?.drop();
  if (client.session) await client.delete();
  const held = asked.filter(({ reply }) => reply.messages.some((text) => text.includes("requestState"))).length;
  return { requests: asked.length + 1, held };
}

/** Answers what servers asked in results, and waits for what they say to that. */
async function resumed(client: McpClient, asked: Asked[]): Promise<Asked[]> {
  const again = asked.flatMap(({ reply, what }, index) => {
    const { result } = reply.messages.length > 0 && !reply.broken ? reply.last : {};
    if (typeof result?.requestState !== "string" || !what.startsWith("tools/call ")) return [];
    const keys = Object.keys(Object(result.inputRequests));
    const inputResponses = Object.fromEntries(keys.map((key) => [key, { action: "decline" }]));
    const params = { ...JSON.parse(what.slice(11)), requestState: result.requestState, inputResponses };
    const id = 100 + index;
    return [{ what: `${what} again`, id, reply: client.startModern("tools/call", params, id) }];
  });
  await Promise.all(again.map((one) => settled(client, "modern", one)));
  for (const one of again) exactlyOne(one);
  return again;
}

function ask(client: McpClient, era: Era, random: Random, id: number, toolOf: (name: string) => string): Asked {
  const isCall = random.chance(0.7);
  const method = isCall ? "tools/call" : random.pick(METHODS);
  const token = random.chance(0.5) ? { progressToken: id } : {};
  const asks = era === "modern" && random.chance(0.3);
  const capabilities = asks ? { "io.modelcontextprotocol/clientCapabilities": ASKABLE } : {};
  const params = isCall
    ? { name: toolOf(random.pick(TOOLS)), arguments: {}, _meta: { ...token, ...capabilities } }
    : { uri: "x:y", level: "info", ref: { type: "ref/prompt", name: "p" } };
  const reply =
    era === "modern" ? client.startModern(method, params, id) : client.send({ jsonrpc: "2.0", id, method, params });
  return { what: `${method} ${JSON.stringify(params)}`, id, reply };
}

/** Waits for the end of a request; one that may go on for minutes is cancelled. */
async function settled(client: McpClient, era: Era, asked: Asked): Promise<void> {
  const { reply, what, id } = asked;
  const isOver = (ms: number): Promise<unknown> =>
    within(
      ms,
      reply.done.then(() => true),
    );
  if (await isOver(CANCEL_MS)) return;
  for (let waited = 0; waited < ANSWER_MS; waited += CANCEL_MS) {
    if (!asked.left && mayGoOn(reply)) {
      asked.left = true;
      if (era === "modern") reply.drop();
      else await client.ask({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } });
    }
    if (await isOver(CANCEL_MS)) return;
  }
  assert.fail(`${what}: no end after ${ANSWER_MS} ms, but ${JSON.stringify(reply.messages).slice(0, 500)}`);
}

/** Progress and questions begin a call's patience anew. */
function mayGoOn({ messages }: Reply): boolean {
  return messages.some((text) => text.includes('"method"'));
}
