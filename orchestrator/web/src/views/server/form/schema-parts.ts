import { isMapping } from "../../../../../../lib/mapping";

export type Schema = Record<string, unknown>;

/** References that are followed one after another. */
const CHAIN = 20;

/** Keywords that only say something about a value: those beside a reference count instead of those behind it. */
const SAID = ["title", "description", "default"];

/** A schema without its reference and its `allOf`, and the references that led to it. */
export interface Resolved {
  schema: Schema;
  /** Of the places that it is in, from the outside in. */
  refs: string[];
}

/**
 * Follows references inside the document and joins what `allOf` says.
 * @param refs references that were followed on the way here: one of them again would have no end
 * @returns undefined when it has no end, points outside or nowhere, or joins what cannot be joined
 */
export function resolved(schema: unknown, root: Schema, refs: string[]): Resolved | undefined {
  let current = schema;
  let followed = refs;
  let said: Schema = {};
  for (let count = 0; isMapping(current) && typeof current.$ref === "string"; count++) {
    const { $ref } = current;
    if (count > CHAIN || followed.includes($ref)) return undefined;
    said = { ...Object.fromEntries(Object.entries(current).filter(([key]) => SAID.includes(key))), ...said };
    followed = [...followed, $ref];
    current = pointed(root, $ref);
  }
  if (!isMapping(current)) return undefined;
  const whole = { ...current, ...said };
  return whole.allOf === undefined ? { schema: whole, refs: followed } : joined(whole, root, followed);
}

/** What a reference like `#/$defs/place` points at. */
function pointed(root: Schema, ref: string): unknown {
  if (ref === "#") return root;
  if (!ref.startsWith("#/")) return undefined;
  let place: unknown = root;
  for (const part of ref.slice(2).split("/")) {
    const key = decoded(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof place !== "object" || place === null || !Object.hasOwn(place, key)) return undefined;
    place = (place as Schema)[key];
  }
  return place;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** One schema for all that must hold; only properties and required names can be joined. */
function joined({ allOf, ...own }: Schema, root: Schema, refs: string[]): Resolved | undefined {
  if (!Array.isArray(allOf)) return undefined;
  let all: Schema = {};
  let followed = refs;
  for (const one of allOf as unknown[]) {
    const found = resolved(one, root, refs);
    if (!found) return undefined;
    followed = [...followed, ...found.refs.filter((ref) => !followed.includes(ref))];
    const more = overlaid(all, found.schema);
    if (!more) return undefined;
    all = more;
  }
  const whole = overlaid(all, own);
  return whole && { schema: whole, refs: followed };
}

/** The second beside the first; undefined where both constrain the same. */
function overlaid(first: Schema, second: Schema): Schema | undefined {
  const properties = { ...mapping(first.properties), ...mapping(second.properties) };
  const required = [...new Set([...list(first.required), ...list(second.required)])];
  const clash = Object.keys(second).some(
    (key) =>
      key in first &&
      ![...SAID, "type", "properties", "required", "additionalProperties", "$defs", "definitions"].includes(key),
  );
  if (clash) return undefined;
  return {
    ...first,
    ...second,
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
  };
}

/** A mapping, or an empty one in place of anything else. */
export function mapping(value: unknown): Schema {
  return isMapping(value) ? value : {};
}

/** A list, or an empty one in place of anything else. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
