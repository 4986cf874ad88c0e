import type { z } from "zod";
import type { Path } from "./findings";

type Def = Record<string, unknown>;

/** Steps through defaults, optionals and pipes to the schema they wrap. */
function unwrap(schema: unknown): Def {
  const { def } = schema as { def: Def };
  const inner = def.innerType ?? (def.type === "pipe" ? def.out : undefined);
  return inner ? unwrap(inner) : def;
}

/** The fields of an object schema; of a union, those of the member that the value's `type` names. */
function fields(schema: unknown, value: unknown): Record<string, unknown> {
  const def = unwrap(schema);
  if (!Array.isArray(def.options)) return (def.shape ?? {}) as Record<string, unknown>;
  const given = (value as { type?: unknown } | undefined)?.type;
  const members = def.options.map((option) => fields(option, undefined));
  const isMeant = (member: Record<string, unknown>): boolean =>
    (unwrap(member.type).values as unknown[]).includes(given);
  return members.find(isMeant) ?? {};
}

/** What a key of an object or of a mapping holds. */
function member(schema: unknown, value: unknown, key: string): unknown {
  return unwrap(schema).valueType ?? fields(schema, value)[key];
}

/** The keys that the mapping at a path of a document may have, by the document's schema. */
export function knownKeys(root: z.ZodType, path: Path, document: unknown): string[] {
  let schema: unknown = root;
  let value = document;
  for (const key of path) {
    schema = typeof key === "number" ? unwrap(schema).element : member(schema, value, key);
    value = (value as Record<string | number, unknown>)[key];
  }
  return Object.keys(fields(schema, value));
}
