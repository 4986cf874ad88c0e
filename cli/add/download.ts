import { downloadText, NotDownloaded, shownUrl } from "../../lib/download";
import { CliError, ExitCode } from "../errors";

/** Milliseconds that a URL has. */
const TIMEOUT_MS = 10_000;

/** Returns a source for people to see: of a URL only the parts that cannot be a secret. */
export function shownSource(from: string): string {
  if (from === "-") return "standard input";
  return isUrl(from) ? shownUrl(new URL(from)) : from;
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
 * Fetches a server.json, over https or from this machine.
 * @param timeout milliseconds in which all of it must be here
 * @throws DownloadError that says what came instead
 */
export async function download(url: URL, timeout = TIMEOUT_MS): Promise<string> {
  try {
    return await downloadText(url, timeout, "a server.json");
  } catch (error) {
    if (!(error instanceof NotDownloaded)) throw error;
    throw new DownloadError(error.message, error.isRefused ? ExitCode.Usage : ExitCode.Failed, error.status);
  }
}
