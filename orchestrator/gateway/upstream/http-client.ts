import { Agent, type Dispatcher } from "undici";
import type { Account } from "../wire/byte-budget";
import { MESSAGE_LIMIT } from "../wire/reading-pace";

/**
 * One agent for all HTTP servers, with a pool of kept connections for each. No time-outs: the gateway has them per call,
 * and streams may be silent for hours. Redirects are not followed.
 */
const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 0 } });
/** Bytes of a body nobody wants that are read all the same, to keep the connection. */
const WASTE = 64 * 1024;
const WASTE_MS = 2_000;
/** What a server looks like that closed a kept connection while a request was on its way, or that died of it. */
const CLOSED = ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"];

/** The head of a server's answer, and its body. */
export type Answer = Dispatcher.ResponseData;

/**
 * Sends a request and waits for the head of its answer.
 * @param repeatable it may be sent again, once, when the server closed the connection before it answered
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
  const { origin, pathname, search } = new URL(url);
  try {
    const answer = await agent.request({ origin, path: pathname + search, method, headers, signal, body });
    answer.body.on("error", () => {}); // whoever reads it is told as well; some answers nobody reads
    return answer;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!repeatable || signal.aborted || !CLOSED.includes(code ?? "")) throw error;
    return request(url, method, headers, signal, body, false);
  }
}

/** Reads an answer that nobody wants, unless it is long. */
export function drained({ body }: Answer): void {
  body.dump({ limit: WASTE, signal: AbortSignal.timeout(WASTE_MS) }).catch(() => body.destroy());
}

/** The whole text of an answer. @throws Error when it is too large or breaks off */
export async function textOf({ body }: Answer, account: Account): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      size += (chunk as Buffer).length;
      if (size > MESSAGE_LIMIT) throw new Error(`answer of more than ${MESSAGE_LIMIT / 2 ** 20} MiB`);
      chunks.push(chunk as Buffer);
      await account.hold(size);
    }
    return Buffer.concat(chunks).toString("utf8");
  } finally {
    void account.hold(0);
  }
}
