import { parseJson } from "../../lib/json";

/** Milliseconds to wait for an index. To know the age is not worth a longer wait. */
const TIMEOUT_MS = 10_000;

/**
 * Returns when a file of an index was published, as the index says (PEP 700). pip does not show it.
 * @param file its name
 * @param log pip's own, which names the page of the index that it read
 * @returns undefined when nobody says so: an older index, one with a password, or one that does not answer
 */
export async function publishedAt(file: string, log: string): Promise<Date | undefined> {
  const [, page] = /Getting page (https?:\/\/\S+)/.exec(log) ?? [];
  if (!page || !URL.canParse(page) || new URL(page).username) return undefined;
  try {
    const accept = "application/vnd.pypi.simple.v1+json";
    const response = await fetch(page, { headers: { accept }, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const answer = parseJson(await response.text()) as { files?: { filename?: string; "upload-time"?: string }[] };
    const published = new Date(answer?.files?.find(({ filename }) => filename === file)?.["upload-time"] ?? "");
    return Number.isNaN(published.getTime()) ? undefined : published;
  } catch {
    return undefined;
  }
}
