import { type Problem, ProblemsError } from "../../problems";

/** The part of a JSON Schema that tells how a text becomes a value. */
interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
}

/**
 * A tool's arguments from `key=value` texts, typed as its schema says: numbers, true and false, lists and objects as
 * JSON; everything else is text.
 * @param tool how problems name it
 * @throws ProblemsError with every problem at once
 */
export function toolArguments(tool: string, schema: Schema, pairs: string[]): Record<string, unknown> {
  const problems: Problem[] = [];
  const wrong = (path: string, got: string, expected: string): void => {
    problems.push({ file: tool, path, got, expected });
  };
  const values: Record<string, unknown> = {};
  const known = Object.keys(schema.properties ?? {});
  for (const pair of pairs) {
    const [, key, text = ""] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (key === undefined) wrong(pair, "no =", "key=value");
    else if (!schema.properties?.[key])
      wrong(key, "an unknown argument", known.length > 0 ? `one of ${known.join(", ")}` : "none");
    else {
      const value = typed(text, schema.properties[key]);
      if (value === undefined) wrong(key, JSON.stringify(text), describe(schema.properties[key]));
      else values[key] = value;
    }
  }
  for (const key of schema.required ?? []) {
    if (!pairs.some((pair) => pair.startsWith(`${key}=`)))
      wrong(key, "nothing", describe(schema.properties?.[key] ?? {}));
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  return values;
}

function types({ type }: Schema): string[] {
  return [type ?? "string"].flat();
}

function describe(schema: Schema): string {
  const names: Record<string, string> = {
    array: "a JSON list",
    object: "a JSON object",
    boolean: "true or false",
    string: "text",
  };
  return types(schema)
    .map((type) => names[type] ?? `a ${type}`)
    .join(" or ");
}

/** @returns undefined when the text is nothing of that type */
function typed(text: string, schema: Schema): unknown {
  for (const type of types(schema)) {
    if (type === "string") return text;
    const value = json(text);
    const is =
      type === "integer"
        ? Number.isInteger(value)
        : type === "array"
          ? Array.isArray(value)
          : value !== undefined && kind(value) === type;
    if (is) return value;
  }
  return undefined;
}

function kind(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
