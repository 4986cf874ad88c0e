import { Agent, type Dispatcher } from "undici";
import type { Account } from "../wire/byte-budget";
import { MESSAGE_LIMIT } from "../wire/reading-pace";
import { interimConnector } from "./interim-answers";

/**
 * The agent for all HTTP servers, with a pool of kept connections for each. It has no time-outs: each call has its
 * own, and streams may be silent for hours. It follows no redirects.
 */
const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: interimConnector({ timeout: 0 }) });
/** Most bytes, and milliseconds, for reading an unneeded body to its end, which lets the connection be used again. */
const WASTE = 64 * 1024;
const WASTE_MS = 2_000;
/** Error codes of a kept connection that closed under a request: the server dropped it as idle, or crashed. */
const CLOSED = ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"];

/** The head of a server's answer, and its body. */
export type Answer = Dispatcher.ResponseData;

/**
 * Returns the header Host, 127.0.0.1, as in the server's health check. Many servers refuse other names, against DNS
 * rebinding by pages in a browser. Here that is no risk, as only the gateway can reach a server's port.
 */
const hostOf = ({ port }: URL): string => `127.0.0.1${port === "" ? "" : `:${port}`}`;

/**
 * Sends a request and waits for the head of its answer.
 * @param repeatable true when the request may be sent once more, after the server closed the connection without an
 * answer
 * @throws Error with a `code`, or when `signal` aborts
 */
export async function request(
  url: string,
  method: "GET" | "POST" | "DELETE",
  headers: Record<string, string>,
  signal: AbortSignal,
  body?: string,
  repeatable = true,
): Promise<Answer> {
  const to = new URL(url);
  const { origin, pathname, search } = to;
  try {
    const answer = await agent.request({
      origin,
      path: pathname + search,
      method,
      headers: { ...headers, host: hostOf(to), "accept-encoding": "identity" }, // without it any coding may come
      signal,
      body,
    });
    answer.body.on("error", () => {}); // an error of a body that is not read would end the process; readers still get it
    return answer;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!repeatable || signal.aborted || !CLOSED.includes(code ?? "")) throw error;
    return request(url, method, headers, signal, body, false);
  }
}

/** Discards an answer: reads a short one to its end, and drops the connection of a long one. */
export function drained({ body }: Answer): void {
  body.dump({ limit: WASTE, signal: AbortSignal.timeout(WASTE_MS) }).catch(() => body.destroy());
}

/** Reads an answer's whole body. @throws Error when it is too large or breaks off */
export async function bytesOf({ body }: Answer, account: Account): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      size += (chunk as Buffer).length;
      if (size > MESSAGE_LIMIT) throw new Error(`answer of more than ${MESSAGE_LIMIT / 2 ** 20} MiB`);
      chunks.push(chunk as Buffer);
      await account.hold(size);
    }
    return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
  } finally {
    void account.hold(0);
  }
}
