import { parseExactly } from "./exact-json";

/** The value that a text is the JSON of; undefined when it is none. For texts whose mistakes nobody needs to be told. */
export function parseJson(text: string): unknown {
  try {
    return parseExactly(text);
  } catch {
    return undefined;
  }
}
