import type { OrchestratorConfig } from "../../config/orchestrator-config";
import { isExactNumber } from "../../lib/exact-json";

/** Levels of objects whose names are kept; deeper ones are counted. */
const DEPTH = 4;
/** Names kept of one object. */
const KEYS = 32;
/** Names kept of one call, at all levels together: no call may push the others out of the log. */
const ALL_KEYS = 256;
/** Characters kept of a name. */
const NAME = 64;
/** JSON of a call's arguments that is kept whole, in characters. */
const FULL = 64 * 1024;

/** `string(12)`: type and length, nothing of the value. */
function shape(value: unknown): string {
  if (typeof value === "string") return `string(${value.length})`;
  if (Array.isArray(value)) return `array(${value.length})`;
  if (isExactNumber(value)) return "number";
  return value === null ? "null" : typeof value;
}

/**
 * Names and shapes, no values.
 * @param left names that may still be kept; what was kept is taken from it
 */
function outline(value: unknown, depth: number, left: { keys: number }): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value) || isExactNumber(value)) return shape(value);
  const names = Object.keys(value);
  if (depth === DEPTH || left.keys <= 0) return `object(${names.length})`;
  const kept: Record<string, unknown> = {};
  const shown = names.slice(0, Math.min(KEYS, left.keys));
  left.keys -= shown.length;
  for (const name of shown) {
    // A name may be long, or be data itself: its beginning tells enough of what was called.
    const short = name.length > NAME ? `${name.slice(0, NAME)}…` : name;
    // Not an assignment, which `__proto__` would turn into something else.
    Object.defineProperty(kept, short, {
      value: outline((value as Record<string, unknown>)[name], depth + 1, left),
      enumerable: true,
      configurable: true,
    });
  }
  if (names.length > shown.length) kept["…"] = `${names.length - shown.length} more`;
  return kept;
}

/** A call's arguments as the log keeps them. Bounded in depth and size, whatever came in. */
export function keptArguments(args: unknown, how: OrchestratorConfig["audit"]["arguments"]): unknown {
  if (args === undefined || how === "none") return undefined;
  if (how === "redacted") return outline(args, 0, { keys: ALL_KEYS });
  const length = JSON.stringify(args)?.length ?? 0;
  return length > FULL ? `too long to be kept: ${length} characters` : args;
}
