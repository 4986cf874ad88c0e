import type { IncomingMessage } from "node:http";

/**
 * Returns all values of a header. `request.headers` does not show a repeated Host or Authorization: Node keeps the
 * first and drops the rest.
 * @param name in lower case
 */
export function valuesOf(request: IncomingMessage, name: string): string[] {
  const raw = request.rawHeaders;
  const values: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const key = raw[index] as string;
    if (key.length === name.length && key.toLowerCase() === name) values.push(raw[index + 1] as string);
  }
  return values;
}
