import type { RJSFSchema } from "@rjsf/utils";
import { parseExactly } from "../../../../../../lib/exact-json";
import { isMapping } from "../../../../../../lib/mapping";
import { TEXTS } from "../../../texts";
import { jsonOf, marked } from "./marks";
import { list, mapping } from "./schema-parts";

/** The JSON of a form's data: what was left empty is left out, and no number is another one. */
export function argumentsOf(data: unknown, schema: RJSFSchema): string {
  return jsonOf(pruned(data ?? {}, schema));
}

/**
 * A JSON text of arguments as a form's data.
 * @throws Error with what is wrong with the text
 */
export function dataOf(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseExactly(text);
  } catch (error) {
    throw new Error(`${TEXTS.tools.notJson}: ${(error as Error).message}`);
  }
  if (!isMapping(value)) throw new Error(TEXTS.tools.notMapping);
  return mapping(marked(value));
}

/** Data without the optional objects in which nothing is filled in: a form makes them when a field in them is touched. */
export function pruned(data: unknown, schema: unknown): unknown {
  const { properties, required, items } = mapping(schema);
  if (Array.isArray(data)) return data.map((item) => pruned(item, items));
  if (!isMapping(data)) return data;
  const parts = mapping(properties);
  const kept = Object.entries(data)
    .map(([key, value]) => [key, pruned(value, parts[key])] as const)
    .filter(([key, value]) => list(required).includes(key) || !Object.hasOwn(parts, key) || !isEmpty(value));
  return Object.fromEntries(kept);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (isMapping(value) && Object.values(value).every((part) => part === undefined));
}
