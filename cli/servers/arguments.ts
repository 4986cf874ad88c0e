import { type Problem, ProblemsError } from "../../problems";

/** The part of a JSON Schema that tells how a text becomes a value. */
interface Schema {
  type?: string | string[];
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
}

/**
 * A tool's arguments from `key=value` texts, typed as its schema says: numbers, true and false, lists and objects as
 * JSON; everything else is text. A key that the schema does not name is taken for a slip, unless it says that there may be more.
 * @param tool how problems name it
 * @throws ProblemsError with every problem at once
 */
export function toolArguments(tool: string, schema: Schema, pairs: string[]): Record<string, unknown> {
  const problems: Problem[] = [];
  const wrong = (path: string, got: string, expected: string): void => {
    problems.push({ file: tool, path, got, expected });
  };
  const values = new Map<string, unknown>();
  const known = Object.keys(schema.properties ?? {});
  for (const pair of pairs) {
    const [, key, text = ""] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    const own = key === undefined ? undefined : schemaOf(schema, key);
    if (key === undefined) wrong(pair, "no =", "key=value");
    else if (!own) wrong(key, "an unknown argument", known.length > 0 ? `one of ${known.join(", ")}` : "none");
    else {
      const value = typed(text, own);
      if (value === undefined || (own.enum && !own.enum.includes(value)))
        wrong(key, JSON.stringify(text), describe(own));
      else values.set(key, value);
    }
  }
  for (const key of schema.required ?? []) {
    if (!pairs.some((pair) => pair.startsWith(`${key}=`))) wrong(key, "nothing", describe(schemaOf(schema, key) ?? {}));
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  return Object.fromEntries(values);
}

function schemaOf({ properties = {}, additionalProperties }: Schema, key: string): Schema | undefined {
  if (Object.hasOwn(properties, key)) return properties[key];
  return additionalProperties === true ? {} : additionalProperties || undefined;
}

/** The types a value may have; `anyOf` is how many servers write an optional argument. Without any it is text. */
function types(schema: Schema): string[] {
  const members = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (members.length > 0) return members.flatMap(types);
  return [schema.type ?? "string"].flat();
}

const NAMES: Record<string, string> = {
  array: "a JSON list",
  object: "a JSON object",
  boolean: "true or false",
  string: "text",
  integer: "a whole number",
};

function describe(schema: Schema): string {
  if (schema.enum) return `one of ${schema.enum.join(", ")}`;
  return types(schema)
    .map((type) => NAMES[type] ?? (type === "null" ? "null" : `a ${type}`))
    .join(" or ");
}

/** @returns undefined when the text is nothing of that type; text only when it is nothing else that it may be */
function typed(text: string, schema: Schema): unknown {
  const all = types(schema);
  const value = json(text);
  if (all.some((type) => type !== "string" && isOf(type, value))) return value;
  return all.includes("string") ? text : undefined;
}

function isOf(type: string, value: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (value === null) return type === "null";
  return typeof value === type && !Array.isArray(value);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
