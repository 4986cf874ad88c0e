import { Agent, request as httpRequest, type IncomingMessage } from "node:http";

/**
 * One pool for all HTTP servers. No time-outs: the gateway has them per call, and streams may be silent for hours.
 * Node's own client and no library: it keeps connections, follows no redirect, and takes no memory.
 */
const agent = new Agent({ keepAlive: true });
/** Bytes of one JSON answer. */
const BODY_LIMIT = 64 * 1024 * 1024;

/**
 * Sends a request and waits for the head of its answer.
 * @throws Error with a `code`, or when `signal` aborts
 */
export function request(
  url: string,
  method: "GET" | "POST" | "DELETE",
  headers: Record<string, string>,
  signal: AbortSignal,
  body?: string,
): Promise<IncomingMessage> {
  const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    let answered = false;
    const outgoing = httpRequest(url, { method, agent, signal, headers: { ...headers, ...length } }, (answer) => {
      answered = true;
      resolve(answer);
    });
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      // A kept connection that the server closed at that moment: the request never got there.
      const stale = outgoing.reusedSocket && error.code === "ECONNRESET" && !answered;
      if (stale && !signal.aborted) request(url, method, headers, signal, body).then(resolve, reject);
      else reject(error);
    });
    outgoing.end(body);
  });
}

/** Reads an answer to its end, for nobody. */
export function drained(answer: IncomingMessage): void {
  answer.on("error", () => {}).resume();
}

/** The whole text of an answer. @throws Error when it is too large or breaks off */
export async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += (chunk as Buffer).length;
    if (size > BODY_LIMIT) throw new Error(`answer of more than ${BODY_LIMIT / 2 ** 20} MiB`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}
