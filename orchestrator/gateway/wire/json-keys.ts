import { BACKSLASH } from "./ascii";

/** Keys of nearly every message, by length. To compare a few bytes is cheaper than to decode them into a string. */
const KNOWN = byLength([
  ...["jsonrpc", "id", "method", "params", "result", "error", "_meta", "name", "arguments", "uri", "content"],
  ...["structuredContent", "isError", "progressToken", "requestId", "tools", "nextCursor", "protocolVersion"],
]);

/**
 * Returns the key of a member.
 * @param from,to the range of its bytes between the quotes
 */
export function keyAt(bytes: Buffer, from: number, to: number): string {
  for (const known of KNOWN[to - from] ?? []) if (isAt(bytes, from, known)) return known;
  const written = bytes.toString("utf8", from, to);
  return bytes.subarray(from, to).includes(BACKSLASH) ? (JSON.parse(`"${written}"`) as string) : written;
}

function isAt(bytes: Buffer, from: number, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text.charCodeAt(at)) return false;
  return true;
}

function byLength(keys: readonly string[]): (readonly string[] | undefined)[] {
  const table: string[][] = [];
  for (const key of keys) {
    const same = table[key.length] ?? [];
    same.push(key);
    table[key.length] = same;
  }
  return table;
}
