import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { MESSAGE_LIMIT } from "../wire/reading-pace";

/**
 * One pool for all HTTP servers. No time-outs: the gateway has them per call, and streams may be silent for hours.
 * Node's own client and no library: it keeps connections, follows no redirect, and takes no memory.
 */
const agent = new Agent({ keepAlive: true });
/** Bytes of a body nobody wants that are read all the same, to keep the connection. */
const WASTE = 64 * 1024;
const WASTE_MS = 2_000;

/**
 * Sends a request and waits for the head of its answer.
 * @param repeatable it may be sent again when the server closed a kept connection at that moment, which looks the same
 *   as a server that died of it
 * @throws Error with a `code`, or when `signal` aborts
 */
export function request(
  url: string,
  method: "GET" | "POST" | "DELETE",
  headers: Record<string, string>,
  signal: AbortSignal,
  body?: string,
  repeatable = true,
): Promise<IncomingMessage> {
  const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    let answered = false;
    const outgoing = httpRequest(url, { method, agent, signal, headers: { ...headers, ...length } }, (answer) => {
      answered = true;
      resolve(answer);
    });
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      const stale = outgoing.reusedSocket && error.code === "ECONNRESET" && !answered;
      if (repeatable && stale && !signal.aborted) request(url, method, headers, signal, body).then(resolve, reject);
      else reject(error);
    });
    outgoing.end(body);
  });
}

/** Reads an answer that nobody wants, unless it is long. */
export function drained(answer: IncomingMessage): void {
  let size = 0;
  const timer = setTimeout(() => answer.destroy(), WASTE_MS);
  answer.on("error", () => {}).on("close", () => clearTimeout(timer));
  answer.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > WASTE) answer.destroy();
  });
}

/** The whole text of an answer. @throws Error when it is too large or breaks off */
export async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += (chunk as Buffer).length;
    if (size > MESSAGE_LIMIT) throw new Error(`answer of more than ${MESSAGE_LIMIT / 2 ** 20} MiB`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}
