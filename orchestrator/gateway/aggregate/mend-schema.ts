import { isMapping } from "../../../lib/mapping";
import type { JsonObject } from "../wire/json-rpc";
import { withMember } from "./with-member";

// Model providers check the schemas of all tools against JSON Schema 2020-12, and refuse the whole request, with the
// tools of all servers, for one mistake: an array without `items`, `required: true` or `exclusiveMinimum: true` of older
// drafts, a type like "any". What is mended here means the same as before, or a little less.

/** Levels of a schema that are looked at; what is deeper stays as it is. */
const DEPTH = 24;
const TYPES = ["string", "number", "integer", "boolean", "object", "array", "null"];
/** Members that hold schemas by name, a list of schemas, or one schema. */
const NAMED = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];
const LISTED = ["anyOf", "oneOf", "allOf", "prefixItems"];
const SINGLE = ["items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"];
const TEXTS = ["title", "description", "pattern", "format"];
/** A limit, and the member that made it exclusive until draft 4, where it was a flag. */
const EXCLUSIVE = [
  ["minimum", "exclusiveMinimum"],
  ["maximum", "exclusiveMaximum"],
] as const;

/** Returns a schema of an object, mended at all levels. One without mistakes is returned as the same object. */
export function mendSchema(given: JsonObject): JsonObject {
  return part(given, DEPTH) as JsonObject;
}

/** Mends a schema within another one. */
function part(given: unknown, depth: number): unknown {
  if (!isMapping(given) || depth === 0) return given;
  let result = keywords(given);
  for (const key of NAMED) {
    if (result[key] !== undefined) result = withMember(result, key, named(result[key], depth));
  }
  for (const key of LISTED) {
    const list = result[key];
    if (Array.isArray(list)) result = withMember(result, key, listed(list, depth));
  }
  for (const key of SINGLE) if (isMapping(result[key])) result = withMember(result, key, part(result[key], depth - 1));
  return result;
}

/** Mends the members that hold no schemas, and gives each array `items`. */
function keywords(given: JsonObject): JsonObject {
  let result = withMember(given, "type", types(given.type));
  for (const key of TEXTS) if (typeof given[key] !== "string") result = withMember(result, key, undefined);
  result = withMember(result, "required", required(given.required));
  for (const [limit, flag] of EXCLUSIVE) {
    if (typeof given[flag] !== "boolean") continue;
    const isExclusive = given[flag] === true && given[limit] !== undefined;
    result = withMember(result, flag, isExclusive ? given[limit] : undefined);
    if (isExclusive) result = withMember(result, limit, undefined);
  }
  if (Array.isArray(given.items)) {
    if (given.items.length > 0) result = withMember(result, "prefixItems", given.items); // the name until 2019-09
    return withMember(result, "items", {});
  }
  const isArray = [result.type].flat().includes("array");
  return (isArray && given.items === undefined) || given.items === null ? withMember(result, "items", {}) : result;
}

/** Returns the types that there are, in lower case; undefined when there is none: then any value is right. */
function types(given: unknown): unknown {
  const legal = [given].flat().map((type) => String(type).toLowerCase());
  const known = [...new Set(legal.filter((type) => TYPES.includes(type)))];
  if (!Array.isArray(given)) return typeof given === "string" ? known[0] : undefined;
  const isSame = known.length === given.length && known.every((type, index) => type === given[index]);
  return known.length === 0 ? undefined : isSame ? given : known;
}

function required(given: unknown): unknown {
  if (!Array.isArray(given)) return undefined;
  const names = [...new Set(given.filter((name) => typeof name === "string"))];
  return names.length === given.length ? given : names;
}

function named(given: unknown, depth: number): unknown {
  if (!isMapping(given)) return {};
  const mended = Object.entries(given).map(([name, one]): [string, unknown] => {
    return [name, isMapping(one) ? part(one, depth - 1) : one === false ? { not: {} } : {}];
  });
  return mended.every(([name, one]) => one === given[name]) ? given : Object.fromEntries(mended);
}

function listed(given: unknown[], depth: number): unknown[] {
  const mended = given.map((one) => part(one, depth - 1));
  return mended.every((one, index) => one === given[index]) ? given : mended;
}
