import type { OrchestratorConfig } from "../../config/orchestrator-config";
import { isExactNumber } from "../../lib/exact-json";

/** Levels of objects whose names are kept; of deeper objects only the number of names is. */
const DEPTH = 4;
/** Most names kept of one object. */
const KEYS = 32;
/** Most names kept of one call, at all levels together, so that no call pushes the others out of the log. */
const ALL_KEYS = 256;
/** Most characters kept of a name. */
const NAME = 64;
/** Most characters of JSON of a call's arguments that are kept whole. */
const FULL = 64 * 1024;

/** Describes a value by type and length, like `string(12)`, without any of its content. */
function shape(value: unknown): string {
  if (typeof value === "string") return `string(${value.length})`;
  if (Array.isArray(value)) return `array(${value.length})`;
  if (isExactNumber(value)) return "number";
  return value === null ? "null" : typeof value;
}

/**
 * Returns the names and shapes of arguments, without values.
 * @param left counts down the names that may still be kept
 */
function outline(value: unknown, depth: number, left: { keys: number }): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value) || isExactNumber(value)) return shape(value);
  const names = Object.keys(value);
  if (depth === DEPTH || left.keys <= 0) return `object(${names.length})`;
  // Without a prototype, so that the name `__proto__` is like any other.
  const kept: Record<string, unknown> = Object.create(null);
  const shown = names.slice(0, Math.min(KEYS, left.keys));
  left.keys -= shown.length;
  for (const name of shown) {
    // A name may be long, or hold data. Its beginning is enough to recognise it.
    const short = name.length > NAME ? `${name.slice(0, NAME)}…` : name;
    kept[short] = outline((value as Record<string, unknown>)[name], depth + 1, left);
  }
  if (names.length > shown.length) kept["…"] = `${names.length - shown.length} more`;
  return kept;
}

/** Returns a call's arguments in the form that the log keeps, bounded in depth and size. */
export function keptArguments(args: unknown, how: OrchestratorConfig["audit"]["arguments"]): unknown {
  if (args === undefined || how === "none") return undefined;
  if (how === "redacted") return outline(args, 0, { keys: ALL_KEYS });
  const length = JSON.stringify(args)?.length ?? 0;
  return length > FULL ? `too long to be kept: ${length} characters` : args;
}
