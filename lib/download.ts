import { oneLine } from "./plain-text";
import { textOf } from "./read-text";

/** Largest document, in bytes; a real server.json has a few thousand. */
export const LIMIT_BYTES = 2 ** 20;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** What came instead of a document. */
export class NotDownloaded extends Error {
  constructor(
    message: string,
    /** True when the address or what it said is refused; false when it does not answer, or with an error. */
    readonly isRefused: boolean,
    /** Of an answer other than 200; undefined when there was none. */
    readonly status?: number,
  ) {
    super(message);
  }
}

/** A URL for people to see: only the parts that cannot be a secret. */
export function shownUrl({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

/**
 * Fetches a text from a URL, over https or from this machine. Follows no redirect, and keeps to limits of size and time.
 * @param timeout milliseconds in which all of it must be here
 * @param expected what should be there, for the error
 * @param most bytes of the document
 * @throws NotDownloaded that says what came instead
 */
export async function downloadText(url: URL, timeout: number, expected: string, most = LIMIT_BYTES): Promise<string> {
  const where = shownUrl(url);
  const refuse = (got: string, wanted: string, isRefused = true, status?: number): NotDownloaded =>
    new NotDownloaded(`${where}: got ${got}, expected ${wanted}`, isRefused, status);
  if (url.protocol !== "https:" && !LOOPBACK.test(url.hostname)) {
    throw refuse("http", "https, or http on this machine: on the way anybody could put another server in its place");
  }
  if (url.username || url.password) throw refuse("a URL with a password", "one without");
  try {
    const signal = AbortSignal.timeout(timeout);
    const response = await fetch(url, { redirect: "manual", signal, headers: { accept: "application/json" } });
    if (response.status >= 300 && response.status < 400) {
      const to = oneLine(response.headers.get("location") ?? "nowhere", 200);
      throw refuse(`a redirect to ${to}`, "the document itself; give that address if you trust it");
    }
    if (!response.ok) throw refuse(`status ${response.status}`, "status 200", false, response.status);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > most) throw refuse(`more than ${most} bytes`, expected);
      chunks.push(chunk);
    }
    return textOf(Buffer.concat(chunks));
  } catch (error) {
    if (error instanceof NotDownloaded) throw error;
    const { name, message, cause } = error as Error & { cause?: { code?: string } };
    const got = name === "TimeoutError" ? `nothing within ${timeout / 1_000} s` : (cause?.code ?? message);
    throw refuse(got, expected, false);
  }
}
