import type { Frame } from "./frame";

/** Keys by which the gateway decides what a message is and who may send it. */
const ROUTING = ["jsonrpc", "id", "method", "params", "result", "error"];

/** Folds a key's case as parsers do that ignore case, such as the one of Go's standard library. */
const folded = (key: string): string => key.toUpperCase().toLowerCase();

/**
 * Finds a key that another parser may take for one of these: one written twice, or in other case. With it, a server
 * could run another tool than the one that the gateway checked.
 */
export function ambiguousKey(frame: Frame): string | undefined {
  const outer = unclear(frame.keys(), ROUTING);
  if (outer !== undefined || frame.method !== "tools/call") return outer;
  return unclear(frame.keys("params"), ["name"]);
}

function unclear(keys: string[], deciding: string[]): string | undefined {
  return keys.find((key, index) =>
    deciding.includes(key) ? keys.indexOf(key) !== index : deciding.includes(folded(key)),
  );
}
