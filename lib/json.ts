import { parseExactly } from "./exact-json";

/** Parses JSON; undefined when the text is none. For texts whose mistakes nobody needs to know. */
export function parseJson(text: string): unknown {
  try {
    return parseExactly(text);
  } catch {
    return undefined;
  }
}
