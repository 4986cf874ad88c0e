import type { Dispatcher } from "undici";
import type { Account } from "../wire/byte-budget";
import { MESSAGE_LIMIT } from "../wire/reading-pace";
import type { Way } from "./way";

/** Most bytes, and milliseconds, for reading an unneeded body to its end, which lets the connection be used again. */
const WASTE = 64 * 1024;
const WASTE_MS = 2_000;
/** Error codes of a kept connection that closed under a request: the server dropped it as idle, or crashed. */
const CLOSED = ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"];

/** The head of a server's answer, and its body. */
export type Answer = Dispatcher.ResponseData;

/** One request to an HTTP server. */
export interface Request {
  url: string;
  method: "GET" | "POST" | "DELETE";
  headers: Record<string, string>;
  body?: string;
  /** False when it may not be sent once more after the server closed the connection without an answer. @default true */
  repeatable?: boolean;
  /** False when it was sent with a renewed token already. @default true */
  renewable?: boolean;
}

/**
 * Sends a request and waits for the head of its answer. Follows as many redirects within the same origin as the way has,
 * those that keep the method.
 * @throws Error with a `code`, or when `signal` aborts
 */
export async function request(way: Way, asked: Request, signal: AbortSignal): Promise<Answer> {
  let url = new URL(asked.url);
  for (let left = way.redirects; ; left--) {
    const answer = await send(way, url, asked, signal);
    const next = left > 0 ? redirected(answer, url, asked.method) : undefined;
    if (next === undefined) return answer;
    drained(answer);
    url = next;
  }
}

async function send(way: Way, url: URL, asked: Request, signal: AbortSignal): Promise<Answer> {
  const { method, headers, body, repeatable = true, renewable = true } = asked;
  const { origin, pathname, search } = url;
  const { credentials } = way;
  const waits = credentials?.ready();
  if (waits) await waits;
  const own = way.headers(url);
  try {
    const answer = await way.dispatcher.request({
      origin,
      path: pathname + search,
      method,
      headers: { ...headers, ...own, "accept-encoding": "identity" }, // without it any coding may come
      signal,
      body,
    });
    answer.body.on("error", () => {}); // an error of a body that is not read would end the process; readers still get it
    if (!credentials) return answer;
    if (answer.statusCode === 403) credentials.forbidden(String(answer.headers["www-authenticate"] ?? ""));
    if (answer.statusCode !== 401 || !renewable) return answer;
    drained(answer); // the server has done nothing yet
    await credentials.renew(own.authorization);
    return send(way, url, { ...asked, renewable: false }, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!repeatable || signal.aborted || !CLOSED.includes(code ?? "")) throw error;
    return send(way, url, { ...asked, repeatable: false }, signal);
  }
}

/** Where a redirect leads that keeps the method; undefined when it leads elsewhere, or it is none. */
function redirected({ statusCode, headers }: Answer, from: URL, method: Request["method"]): URL | undefined {
  const isSame = [307, 308].includes(statusCode) || (method === "GET" && [301, 302, 303].includes(statusCode));
  const location = String(headers.location ?? "");
  if (!isSame || location === "" || !URL.canParse(location, from)) return undefined;
  const to = new URL(location, from);
  return to.origin === from.origin ? to : undefined;
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
