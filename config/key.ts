import { z } from "zod";

/** The documentation of a key of the stack's config, or of a field of its value. */
export interface About {
  /** What it is for, in one sentence. */
  meaning: string;
  /** What else there is to know about it. */
  more?: string;
  /** A link to a page about it, in Markdown, as docs/configuration.md sees it. */
  see?: string;
  /** What kind of value it takes, where the schema does not tell it. */
  kind?: string;
  /** What its default means, where the value does not speak for itself. */
  byDefault?: string;
}

/** The documentation of a key. */
export interface KeyAbout extends About {
  /** An example of a value. */
  example: unknown;
  /** Its value must be stored encrypted. */
  secret?: true;
  /** Words that stand for a whole value. */
  words?: Record<string, unknown>;
  /** Where the orchestrator's config has its value: FIELD, or GROUP.FIELD. @default the orchestrator is not told */
  orchestrator?: string;
}

const fields = z.registry<About>();
const keys = z.registry<KeyAbout>();

/** A key of the stack's config: its schema with its default, and its documentation. */
export function key<Schema extends z.ZodType>(schema: Schema, about: KeyAbout): Schema {
  keys.add(schema, about);
  fields.add(schema, about);
  return schema;
}

/** A field of a key's value. */
export function field<Schema extends z.ZodType>(schema: Schema, about: About): Schema {
  fields.add(schema, about);
  return schema;
}

/** @throws Error when the schema is no key's */
export function aboutKey(schema: z.ZodType): KeyAbout {
  const about = keys.get(schema);
  if (!about) throw new Error("got a schema without documentation, expected one made with key()");
  return about;
}

/** Returns the documentation of a key or field; undefined when there is none. */
export function aboutField(schema: z.ZodType): About | undefined {
  return fields.get(schema);
}
