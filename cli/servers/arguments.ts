import { canonicalJson } from "../../lib/canonical-json";
import { isExactNumber, isWhole } from "../../lib/exact-json";
import { parseJson } from "../../lib/json";
import { isMapping } from "../../lib/mapping";
import { type Problem, ProblemsError } from "../../lib/problems";

/** A JSON Schema as a server sent it: nobody has checked what is in it. */
type Schema = Record<string, unknown>;

/** The parts of a schema that say how a text becomes a value. */
interface Kind {
  types: string[];
  /** The only values there are. */
  values?: unknown[];
}

/**
 * A tool's arguments from `key=value` texts, typed as its schema says: numbers, true and false, lists and objects as
 * JSON; everything else is text. A key that the schema does not name is an error, unless the schema allows more.
 * @param tool how problems name it
 * @throws ProblemsError with every problem at once
 */
export function toolArguments(tool: string, schema: Schema, pairs: string[]): Record<string, unknown> {
  const problems: Problem[] = [];
  const wrong = (path: string, got: string, expected: string): void => {
    problems.push({ file: tool, path, got, expected });
  };
  const values = new Map<string, unknown>();
  const known = Object.keys(mapping(schema.properties));
  for (const pair of pairs) {
    const [, key, text = ""] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    const own = key === undefined ? undefined : kindOf(schema, key);
    if (key === undefined) wrong(pair, "no =", "key=value");
    else if (!own) wrong(key, "an unknown argument", known.length > 0 ? `one of ${listed(known)}` : "none");
    else {
      const value = typed(text, own);
      if (value === undefined || (own.values && !own.values.some((one) => canonicalJson(one) === canonicalJson(value))))
        wrong(key, JSON.stringify(text), describe(own));
      else values.set(key, value);
    }
  }
  for (const key of list(schema.required).map(String)) {
    if (pairs.some((pair) => pair.startsWith(`${key}=`))) continue;
    wrong(key, "nothing", describe(kindOf(schema, key) ?? TEXT));
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  return Object.fromEntries(values);
}

/** @returns undefined for a key that may not be there */
function kindOf(schema: Schema, key: string): Kind | undefined {
  const { properties, additionalProperties: more } = schema;
  const known = isMapping(properties) && Object.hasOwn(properties, key);
  if (!known && more !== true && !isMapping(more)) return undefined;
  const found = kind(schema, known ? properties[key] : more);
  return found.types.length > 0 ? found : TEXT;
}

const TEXT: Kind = { types: ["string"] };

/** Most levels to follow; no real schema is deeper. */
const DEEPEST = 50;

/**
 * The types a value may have; `anyOf` is how many servers write an optional argument, `$ref` how they write one of a
 * list. Without any it is text. A reference is followed once: a hostile schema's may go round in circles.
 */
function kind(root: Schema, schema: unknown, seen = new Set<string>(), depth = 0): Kind {
  if (!isMapping(schema) || depth > DEEPEST) return TEXT;
  const { $ref: ref } = schema;
  if (typeof ref === "string") {
    if (seen.has(ref)) return { types: [] };
    return kind(root, referred(root, ref), seen.add(ref), depth + 1);
  }
  const members = [schema.anyOf, schema.oneOf, schema.allOf].flatMap(list);
  const values = Array.isArray(schema.enum) ? schema.enum : undefined;
  const own = [schema.type ?? []].flat().filter((type) => typeof type === "string");
  const told = members.flatMap((member) => kind(root, member, seen, depth + 1).types);
  const types = own.length > 0 ? own : [...new Set([...told, ...(values ?? []).map(typeOf)])];
  return { types: types.length > 0 ? types : ["string"], values };
}

/** What a `$ref` within the schema means: "#/$defs/NAME". */
function referred(root: Schema, ref: string): unknown {
  const [, place = "", name = ""] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(ref) ?? [];
  const all = mapping(root[place]);
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

const mapping = (value: unknown): Schema => (isMapping(value) ? value : {});
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
function typeOf(value: unknown): string {
  if (isExactNumber(value)) return "number";
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

const NAMES: Record<string, string> = {
  array: "a JSON list",
  object: "a JSON object",
  boolean: "true or false",
  string: "text",
  integer: "a whole number",
  null: "null",
};

function describe({ types, values }: Kind): string {
  if (values)
    return `one of ${listed(values.map((value) => (typeof value === "string" ? value : canonicalJson(value))))}`;
  return types.map((type) => NAMES[type] ?? `a ${type}`).join(" or ");
}

/** As many as a person reads. */
function listed(all: string[]): string {
  return all.length > 30 ? `${all.slice(0, 30).join(", ")} and ${all.length - 30} more` : all.join(", ");
}

/** @returns undefined when the text is nothing of that type; text only when it is nothing else that it may be */
function typed(text: string, { types: all }: Kind): unknown {
  const value = parseJson(text);
  if (all.some((type) => type !== "string" && isOf(type, value))) return value;
  return all.includes("string") ? text : undefined;
}

function isOf(type: string, value: unknown): boolean {
  if (type === "integer") return isWhole(value);
  if (isExactNumber(value)) return type === "number";
  if (type === "array") return Array.isArray(value);
  if (value === null) return type === "null";
  return typeof value === type && !Array.isArray(value);
}
