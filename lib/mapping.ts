import { isExactNumber } from "./exact-json";

/** True for a mapping of YAML or JSON. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isExactNumber(value);
}
