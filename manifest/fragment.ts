import { isDeepStrictEqual } from "node:util";
import { isMapping } from "../lib/mapping";

/** A part of a manifest as somebody would write it: keys of a server.yaml to values. */
export type Fragment = Record<string, unknown>;

/** One fragment out of several: lists are joined, mappings merged; of two values the later one counts. */
export function merged(fragments: Fragment[]): Fragment {
  const result: Fragment = {};
  for (const fragment of fragments)
    for (const [key, value] of Object.entries(fragment)) result[key] = both(result[key], value);
  return result;
}

function both(before: unknown, value: unknown): unknown {
  if (Array.isArray(before) && Array.isArray(value))
    return [...before, ...value.filter((one) => !before.some((other) => isDeepStrictEqual(one, other)))];
  return isMapping(before) && isMapping(value) ? merged([before, value]) : value;
}
