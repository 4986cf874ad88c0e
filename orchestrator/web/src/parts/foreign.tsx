import type { ReactNode } from "react";
import { plain } from "../../../../lib/plain-text";

/** Characters of a long text, as a result, that are shown. */
export const SHOWN = 100_000;
/** Characters of one text in a document that are shown. */
const SHOWN_IN_DOCUMENT = 4_000;

/** Others' text as it may be shown: without characters that turn or hide it, cut where it is too long. */
export function foreign(text: string, most: number): string {
  const shown = plain(text.length > most ? text.slice(0, most) : text);
  return text.length > most ? `${shown} … (${text.length} characters)` : shown;
}

/** Others' document as JSON, its long texts cut. */
export function foreignJson(value: unknown): string {
  const cut = (_: string, part: unknown) => (typeof part === "string" ? foreign(part, SHOWN_IN_DOCUMENT) : part);
  return foreign(JSON.stringify(value, cut, 2) ?? "", SHOWN);
}

/** A short text of a server's: its description, what is wrong with it. @param most characters that are shown */
export function Foreign({ children, most = 300 }: { children: string; most?: number }): ReactNode {
  return <bdi>{foreign(children, most)}</bdi>;
}
