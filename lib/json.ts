import { parseExactly } from "./exact-json";

/** The value of a JSON text; undefined when the text is no JSON. For texts whose mistakes nobody needs to be told. */
export function parseJson(text: string): unknown {
  try {
    return parseExactly(text);
  } catch {
    return undefined;
  }
}
