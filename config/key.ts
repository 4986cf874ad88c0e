import { z } from "zod";

/** What is to be said about a key of the stack's config, or about a field of its value. */
export interface About {
  /** What it is for, in one sentence. */
  meaning: string;
  /** What else there is to know about it. */
  more?: string;
  /** A link to a page about it, in Markdown, as docs/configuration.md sees it. */
  see?: string;
  /** What kind of value it takes, where the schema does not tell it. */
  kind?: string;
  /** What its default stands for, where that does not speak for itself. */
  byDefault?: string;
}

/** What is to be said about a key. */
export interface KeyAbout extends About {
  /** A value that somebody could set. */
  example: unknown;
  /** Its value must be stored encrypted. */
  secret?: true;
  /** Where the orchestrator's config has its value: FIELD, or GROUP.FIELD. @default the orchestrator is not told */
  orchestrator?: string;
}

const fields = z.registry<About>();
const keys = z.registry<KeyAbout>();

/** A key of the stack's config: its schema with its default, and what is to be said about it. */
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
  if (!about) throw new Error("got a schema without a word about it, expected one made with key()");
  return about;
}

/** What is to be said about a key or field; undefined when nothing is. */
export function aboutField(schema: z.ZodType): About | undefined {
  return fields.get(schema);
}
