/** Levels of a schema that are followed: a hostile one may be endless. */
const DEPTH = 6;

type Schema = Record<string, unknown>;

/** Returns arguments of the right shape for a tool's input schema: what is required, and every default. */
export function example(schema: unknown, depth = 0): unknown {
  if (typeof schema !== "object" || schema === null || depth > DEPTH) return {};
  const { default: byDefault, const: fixed, enum: choices, type, properties, required } = schema as Schema;
  if (byDefault !== undefined) return byDefault;
  if (fixed !== undefined) return fixed;
  if (Array.isArray(choices) && choices.length > 0) return choices[0];
  switch (Array.isArray(type) ? type[0] : type) {
    case "string":
      return "";
    case "number":
    case "integer":
      return 0;
    case "boolean":
      return false;
    case "array":
      return [];
    case "null":
      return null;
    default:
  }
  const needed = Array.isArray(required) ? required : [];
  const parts = Object.entries((properties ?? {}) as Record<string, Schema>);
  return Object.fromEntries(
    parts
      .filter(([name, part]) => needed.includes(name) || part?.default !== undefined)
      .map(([name, part]) => [name, example(part, depth + 1)]),
  );
}
