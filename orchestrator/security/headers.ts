import type { IncomingMessage } from "node:http";

/**
 * All values of a header. Node keeps the first of a repeated Host or Authorization and drops the rest, so who looks at
 * `request.headers` does not see that there were two.
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
