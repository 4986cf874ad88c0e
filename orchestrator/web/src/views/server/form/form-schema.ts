import type { RJSFSchema, UiSchema } from "@rjsf/utils";
import { isExactNumber } from "../../../../../../lib/exact-json";
import { foreign } from "../../../parts/foreign";
import { TEXTS } from "../../../texts";
import { choices, withoutNull } from "./choices";
import { marked } from "./marks";
import { list, mapping, type Resolved, resolved, type Schema } from "./schema-parts";

/** Fields of a form at most, and levels of them: a schema may be endless. */
const FIELDS = 200;
const DEPTH = 8;
/** Characters that are shown of a field's name and of what is said about it. */
const NAME = 80;
const ABOUT = 600;
/** Names that change an object's prototype when they are set. */
const PROTOTYPES = ["__proto__", "constructor", "prototype"];

/** A part of a form: what may be filled in, and how it is shown. */
export interface Part {
  schema: RJSFSchema;
  ui: UiSchema;
}

/** A form for a tool's arguments, or why there is none. */
export type FormOf = Part | { reason: string };

interface Around {
  root: Schema;
  refs: string[];
  depth: number;
  /** How many fields there are already. */
  count: { fields: number };
}

/**
 * Makes a form of a tool's input schema, which nobody needs to trust: only what is known here gets into it. A part that no
 * form can show becomes a field for JSON.
 */
export function formOf(inputSchema: unknown): FormOf {
  const root = mapping(inputSchema);
  const around: Around = { root, refs: [], depth: 0, count: { fields: 0 } };
  const found = resolved(root, root, []);
  if (!found) return { reason: TEXTS.form.noObject };
  const { type, properties } = found.schema;
  if (properties === undefined || (type !== undefined && ![type].flat().includes("object")))
    return { reason: TEXTS.form.noObject };
  if (hasPrototype(properties)) return { reason: TEXTS.form.prototype };
  const part = objectPart({ ...found, refs: ["#", ...found.refs] }, around);
  if (around.count.fields > FIELDS) return { reason: TEXTS.form.tooLarge(FIELDS) };
  return part;
}

function hasPrototype(properties: unknown): boolean {
  return Object.keys(mapping(properties)).some((name) => PROTOTYPES.includes(name));
}

/** @param name what it is called; undefined for what has no name of its own, like an item */
function partOf(given: unknown, around: Around, isRequired: boolean, name?: string): Part {
  around.count.fields++;
  const found = resolved(given, around.root, around.refs);
  if (!found || around.depth > DEPTH || around.count.fields > FIELDS) return jsonPart(mapping(given), name);
  const inside = { ...around, refs: found.refs };
  const schema = isRequired ? found.schema : withoutNull(found.schema);
  const chosen = choices(schema);
  if (chosen) return choicePart(schema, chosen, isRequired, name);
  const kinds = kindsOf(schema);
  if (kinds) {
    const [only] = kinds;
    if (kinds.length === 1) return partOf({ ...mapping(only), ...saidOf(schema) }, inside, isRequired, name);
    return kindsPart(schema, kinds, inside, isRequired, name);
  }
  return typedPart({ ...found, schema }, inside, isRequired, name);
}

/** The schemas of which one has to fit; undefined where there is one only. */
function kindsOf(schema: Schema): unknown[] | undefined {
  if (schema.properties !== undefined) return undefined;
  for (const kinds of [schema.anyOf, schema.oneOf]) if (Array.isArray(kinds) && kinds.length > 0) return kinds;
  if (!Array.isArray(schema.type)) return undefined;
  return schema.type.map((type: unknown) => ({ ...schema, ...NOTHING_SAID, type }));
}

const NOTHING_SAID = { title: undefined, description: undefined, default: undefined };

function saidOf({ title, description, default: byDefault }: Schema): Schema {
  return Object.fromEntries(
    Object.entries({ title, description, default: byDefault }).filter(([, value]) => value !== undefined),
  );
}

/** What a field is called and what is said about it. The name counts: it is what is sent. */
function words({ title, description }: Schema, name?: string): { title?: string; description?: string } {
  const heading = name ?? (typeof title === "string" ? title : undefined);
  const about = [name !== undefined && title !== name ? title : undefined, description]
    .filter((text) => typeof text === "string")
    .join(": ");
  return {
    ...(heading === undefined ? {} : { title: foreign(heading, NAME) }),
    ...(about === "" ? {} : { description: foreign(about, ABOUT) }),
  };
}

function defaultOf({ default: byDefault }: Schema): { default?: never } {
  // What a form library calls a default has its own type; ours is whatever the server said.
  return byDefault === undefined ? {} : { default: marked(byDefault) as never };
}

function jsonPart(schema: Schema, name?: string): Part {
  const { title = name ?? TEXTS.form.value, ...about } = words(schema, name);
  return { schema: { title, ...about, ...defaultOf(schema) }, ui: { "ui:field": "JsonField" } };
}

function choicePart(schema: Schema, chosen: RJSFSchema[], isRequired: boolean, name?: string): Part {
  const [first] = chosen;
  const only = chosen.length === 1 && isRequired && first ? { default: first.const as never } : {};
  return {
    // The library shows all such lists as one of texts.
    schema: {
      type: ["string", "number", "boolean", "null"],
      ...words(schema, name),
      ...only,
      ...defaultOf(schema),
      oneOf: chosen,
    },
    ui: {},
  };
}

function kindsPart(schema: Schema, kinds: unknown[], around: Around, isRequired: boolean, name?: string): Part {
  const parts = kinds.map((kind) => partOf(kind, { ...around, depth: around.depth + 1 }, true));
  const titled = parts.map(({ schema: one }, index) => ({
    ...one,
    title: kindName(one, mapping(kinds[index]), index),
  }));
  const isOptional = !isRequired && schema.default === undefined;
  return {
    schema: {
      ...words(schema, name),
      ...defaultOf(schema),
      anyOf: isOptional ? [{ title: TEXTS.form.leftOut, not: {} }, ...titled] : titled,
    },
    ui: {
      anyOf: [...(isOptional ? [{ "ui:field": "NothingField" }] : []), ...parts.map(({ ui }) => ui)],
      "ui:enableOptionalDataFieldForType": [],
    },
  };
}

/** What one of several kinds is called. */
function kindName(schema: RJSFSchema, given: Schema, index: number): string {
  if (typeof given.title === "string") return foreign(given.title, NAME);
  if (typeof given.$ref === "string") return foreign(given.$ref.split("/").at(-1) ?? "", NAME);
  if (Array.isArray(schema.oneOf)) return schema.oneOf.map((one) => (one as RJSFSchema).title).join(", ");
  return typeof schema.type === "string" ? schema.type : `${TEXTS.form.kind} ${index + 1}`;
}

function typedPart(found: Resolved, around: Around, isRequired: boolean, name?: string): Part {
  const { schema } = found;
  const type: unknown = schema.type ?? (schema.properties ? "object" : schema.items ? "array" : undefined);
  const said = { ...words(schema, name), ...defaultOf(schema) };
  switch (type) {
    case "string":
      return {
        schema: { type, ...said, ...numbers(schema, ["minLength", "maxLength"]), ...formatOf(schema) },
        ui: {
          "ui:widget": schema.format === "date" ? "date" : "textarea",
          // Emptied by hand it is an empty text where there must be one, else it is left out.
          ...(isRequired ? { "ui:emptyValue": "" } : {}),
        },
      };
    case "number":
    case "integer":
      return { schema: { type, ...said, ...numbers(schema, BOUNDS) }, ui: {} };
    case "boolean":
      return { schema: { type, ...said }, ui: { "ui:widget": "select" } };
    case "null":
      return { schema: { type, ...said, ...(isRequired ? { default: null as never } : {}) }, ui: {} };
    case "array":
      return arrayPart(schema, around, said) ?? jsonPart(schema, name);
    case "object":
      if (!isClosedOrListed(schema) || hasPrototype(schema.properties)) return jsonPart(schema, name);
      return objectPart(found, around, name);
    default:
      return jsonPart(schema, name);
  }
}

const BOUNDS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];

/** Limits as doubles: what is exactly right is the server's to say. */
function numbers(schema: Schema, keys: string[]): Schema {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const value = schema[key];
      const number = isExactNumber(value) ? Number(value.rawJSON) : value;
      return typeof number === "number" ? [[key, number]] : [];
    }),
  );
}

/** Formats that can be checked; a pattern cannot: one of a hostile server takes for ever. */
const FORMATS = ["date", "date-time", "time", "email", "uri", "uuid", "ipv4", "ipv6", "hostname"];

function formatOf({ format }: Schema): { format?: string } {
  return typeof format === "string" && FORMATS.includes(format) ? { format } : {};
}

function isClosedOrListed({ properties, additionalProperties }: Schema): boolean {
  return Object.keys(mapping(properties)).length > 0 || additionalProperties === false;
}

/** A list of items that are all alike; undefined for any other. */
function arrayPart(schema: Schema, around: Around, said: Schema): Part | undefined {
  if (typeof schema.items !== "object" || Array.isArray(schema.items) || schema.prefixItems !== undefined)
    return undefined;
  const item = partOf(schema.items, { ...around, depth: around.depth + 1 }, true);
  const fresh = item.schema.type === "string" && item.schema.default === undefined ? { default: "" } : {};
  return {
    schema: {
      type: "array",
      ...said,
      ...numbers(schema, ["minItems", "maxItems"]),
      items: { ...item.schema, ...fresh },
    },
    ui: { items: item.ui },
  };
}

function objectPart({ schema, refs }: Resolved, around: Around, name?: string): Part {
  const inside = { ...around, refs, depth: around.depth + 1 };
  const required = list(schema.required).filter((one) => typeof one === "string");
  const parts = Object.entries(mapping(schema.properties)).map(([key, value]) => {
    const isRequired = required.includes(key);
    // All of them would be made before anybody counts them.
    const part = around.count.fields > FIELDS ? jsonPart({}, key) : partOf(value, inside, isRequired, key);
    return [key, part] as const;
  });
  const names = parts.map(([key]) => key);
  return {
    schema: {
      type: "object",
      ...(name === undefined ? {} : words(schema, name)),
      ...defaultOf(schema),
      properties: Object.fromEntries(parts.map(([key, part]) => [key, part.schema])),
      required: required.filter((key) => names.includes(key)),
    },
    ui: Object.fromEntries(parts.map(([key, part]) => [key, part.ui])),
  };
}
