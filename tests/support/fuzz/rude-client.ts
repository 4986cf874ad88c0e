import assert from "node:assert/strict";
import { connect } from "node:net";
import { modern } from "../orchestrator/gateway/mcp-client";
import type { Era } from "../orchestrator/gateway/talkative";
import { damaged, mangled } from "./mangle";
import { ANSWER_MS } from "./patient-client";
import type { Random } from "./random";

type Headers = Record<string, string>;

const BODIES: [string, object][] = [
  ["initialize", { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "rude", version: "1" } }],
  ["tools/list", {}],
  ["tools/call", { name: "echo", arguments: {} }],
  ["tools/call", { name: "chatty", arguments: {}, _meta: { progressToken: 1 } }],
  ["server/discover", {}],
  ["notifications/cancelled", { requestId: 1 }],
  ["subscriptions/listen", { notifications: { toolsListChanged: true } }],
];
const ODD_HEADERS: Headers[] = [
  { accept: "text/html" },
  { accept: "application/json;q=0, */*" },
  { "content-type": "text/plain" },
  { "mcp-session-id": "x".repeat(200) },
  { "mcp-protocol-version": "9999-99-99" },
  { "mcp-name": "=?base64?%%%?=" },
  { "last-event-id": "s1-99999999999999999999" },
  { expect: "100-continue" },
  { "content-encoding": "gzip" },
  { "transfer-encoding": "chunked" },
  { "content-length": "5, 6" },
];

/** One connection of a client that keeps to no rule: what it sends whole is answered, or its connection is closed. */
export async function annoy(base: URL, path: string, session: string, era: Era, random: Random): Promise<void> {
  const [method, params] = random.pick(BODIES);
  const id = method.startsWith("notifications/") ? undefined : random.pick([1, "a", null, 1.5, 1e21, {}]);
  const [body, headers] = era === "modern" ? modern(method, { ...params }, id) : legacy(method, params, id, session);
  const text = random.chance(0.6) ? mangled(random, body as Record<string, unknown>) : JSON.stringify(body);
  const bytes = random.chance(0.2)
    ? damaged(random, text)
    : Buffer.from(random.chance(0.05) ? `[${text},${text}]` : text);
  const more = random.chance(0.3) ? random.pick(ODD_HEADERS) : {};
  const usual = path.endsWith("/sse") ? "GET" : "POST";
  const verb = random.chance(0.9) ? usual : random.pick(["GET", "DELETE", "PUT", "OPTIONS", "post", "\0"]);
  const all: Headers = {
    host: base.host,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "content-length": String(bytes.length),
    ...headers,
    ...more,
  };
  const lines = Object.entries(all).map(([key, value]) => `${key}: ${value}`);
  const head = Buffer.from([`${verb} ${path} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
  const whole = Buffer.concat([head, bytes]);
  const isWhole = random.chance(0.8) && !("transfer-encoding" in more) && !("expect" in more);
  const sent = isWhole ? whole : whole.subarray(0, random.below(whole.length));
  await exchange(base, random.chance(0.1) && isWhole ? [sent, sent] : [sent], isWhole, random);
}

function legacy(method: string, params: object, id: unknown, session: string): [object, Headers] {
  return [{ jsonrpc: "2.0", id, method, params }, method === "initialize" ? {} : { "mcp-session-id": session }];
}

/** @param isWhole an answer is due; else the connection is left in the middle */
function exchange(base: URL, parts: Buffer[], isWhole: boolean, random: Random): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(base.port), base.hostname);
    let got = "";
    let timer: NodeJS.Timeout | undefined;
    const over = (): void => {
      clearTimeout(timer);
      socket.destroy();
      const heads = got.match(/^HTTP\/1\.1 \d{3} /gm)?.length ?? 0;
      if (heads > parts.length + 1)
        reject(new assert.AssertionError({ message: `${heads} answers: ${got.slice(0, 2_000)}` }));
      else resolve();
    };
    const late = (): void => {
      socket.destroy();
      reject(
        new assert.AssertionError({
          message: `no answer after ${ANSWER_MS} ms to ${String(parts[0]).slice(0, 1_000)}`,
        }),
      );
    };
    timer = isWhole ? setTimeout(late, ANSWER_MS) : setTimeout(over, random.below(200));
    socket.on("error", () => {}).on("close", over);
    socket.on("data", (chunk) => {
      got += chunk.toString("latin1").slice(0, 10_000);
      if (isWhole && random.chance(0.3)) random.pick([over, () => socket.resetAndDestroy(), () => socket.end()])();
      setTimeout(over, 50 + random.below(200)); // it has its answer; a stream may go on
    });
    for (const part of parts) socket.write(part);
  });
}
