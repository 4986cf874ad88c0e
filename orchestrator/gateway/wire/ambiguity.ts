import type { Frame } from "./frame";

/** By these the gateway decides what a message is, and whom it allows. */
const ROUTING = ["jsonrpc", "id", "method", "params", "result", "error"];

/** As readers fold keys that do not mind their case; Go's standard library is one. */
const folded = (key: string): string => key.toUpperCase().toLowerCase();

/**
 * A key that some other reader of the text would take for one that decides: written twice, or in other case. A server
 * that reads it so would be called with a tool that the gateway did not check.
 */
export function ambiguousKey(frame: Frame): string | undefined {
  const outer = unclear(frame.keys(), ROUTING);
  if (outer !== undefined || frame.method !== "tools/call") return outer;
  return unclear(frame.keys("params"), ["name"]);
}

function unclear(keys: string[], deciding: string[]): string | undefined {
  const found = keys.filter((key) => deciding.includes(folded(key)));
  return found.find((key, index) => key !== folded(key) || found.indexOf(key) !== index);
}
