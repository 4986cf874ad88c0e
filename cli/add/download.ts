import { oneLine } from "../../lib/plain-text";
import { textOf } from "../../lib/read-text";
import { CliError, ExitCode } from "../errors";

/** Largest server.json, in bytes; real ones have a few thousand. */
export const LIMIT_BYTES = 2 ** 20;
/** Milliseconds in which a URL must deliver all of it. */
const TIMEOUT_MS = 10_000;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Returns a source for people to see: of a URL only the parts that cannot be a secret. */
export function shownSource(from: string): string {
  if (from === "-") return "standard input";
  if (!isUrl(from)) return from;
  const { origin, pathname } = new URL(from);
  return `${origin}${pathname}`;
}

/** True for what is fetched. */
export function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

/** What came instead of a document. */
export class DownloadError extends CliError {
  /** @param status of an answer other than 200; undefined when there was none */
  constructor(
    message: string,
    code: ExitCode,
    readonly status?: number,
  ) {
    super(message, code);
  }
}

/**
 * Fetches a URL, over https or from this machine. Follows no redirect, and keeps to limits of size and time.
 * @param timeout milliseconds
 * @param expected what should be there, for the error
 * @throws DownloadError that says what came instead
 */
export async function download(url: URL, timeout = TIMEOUT_MS, expected = "a server.json"): Promise<string> {
  const where = shownSource(url.href);
  const refuse = (got: string, expected: string, code: ExitCode = ExitCode.Usage, status?: number): CliError =>
    new DownloadError(`${where}: got ${got}, expected ${expected}`, code, status);
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
    if (!response.ok) throw refuse(`status ${response.status}`, "status 200", ExitCode.Failed, response.status);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > LIMIT_BYTES) throw refuse(`more than ${LIMIT_BYTES} bytes`, expected);
      chunks.push(chunk);
    }
    return textOf(Buffer.concat(chunks));
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { name, message, cause } = error as Error & { cause?: { code?: string } };
    const got = name === "TimeoutError" ? `nothing within ${timeout / 1_000} s` : (cause?.code ?? message);
    throw refuse(got, expected, ExitCode.Failed);
  }
}
