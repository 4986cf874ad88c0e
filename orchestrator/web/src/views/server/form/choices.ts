import type { RJSFSchema } from "@rjsf/utils";
import { isMapping } from "../../../../../../lib/mapping";
import { foreign } from "../../../parts/foreign";
import { jsonOf, marked } from "./marks";
import { list, type Schema } from "./schema-parts";

/** Choices that a list holds at most, and characters of each that are shown. */
const CHOICES = 500;
const SHOWN = 120;

/** The values of which one has to be chosen (`enum`, `const`, or constants in `oneOf`); undefined where others fit too. */
export function choices(schema: Schema): RJSFSchema[] | undefined {
  const { enum: values, const: fixed, oneOf, anyOf } = schema;
  if (Array.isArray(values)) return sound(values.map((value) => ({ value })));
  if (fixed !== undefined) return sound([{ value: fixed }]);
  const kinds = list(oneOf ?? anyOf);
  if (kinds.length === 0 || schema.properties !== undefined) return undefined;
  const constants = kinds.map((kind) => (isMapping(kind) ? constantsOf(kind) : undefined));
  return constants.every((one) => one !== undefined) ? sound(constants.flat()) : undefined;
}

interface Choice {
  value: unknown;
  title?: string;
}

function constantsOf({ const: fixed, enum: values, title, type }: Schema): Choice[] | undefined {
  if (Array.isArray(values)) return values.map((value) => ({ value }));
  if (fixed === undefined) return type === "null" ? [{ value: null }] : undefined;
  return [{ value: fixed, ...(typeof title === "string" ? { title } : {}) }];
}

/** @returns undefined for no choices, too many, or some that are no plain values */
function sound(all: Choice[]): RJSFSchema[] | undefined {
  const values = all.map(({ value, title }) => ({ const: marked(value) as never, title: title ?? said(value) }));
  if (values.length === 0 || values.length > CHOICES) return undefined;
  if (values.some((one) => typeof one.const === "object" && one.const !== null)) return undefined;
  const first = values.filter((one, index) => values.findIndex((other) => other.const === one.const) === index);
  return first.map((one) => ({ ...one, title: foreign(one.title, SHOWN) }));
}

const said = (value: unknown): string => (typeof value === "string" ? value : jsonOf(marked(value)));

const isNull = (kind: unknown): boolean => isMapping(kind) && kind.type === "null";

/**
 * An optional value without the kind null: leaving it out means the same. Where the default is another value it does not,
 * and null stays.
 */
export function withoutNull(schema: Schema): Schema {
  const { default: byDefault, ...kept } = schema;
  if (byDefault !== undefined && byDefault !== null) return schema;
  for (const key of ["anyOf", "oneOf"]) {
    const kinds = list(schema[key]);
    if (kinds.some(isNull)) return { ...kept, [key]: kinds.filter((kind) => !isNull(kind)) };
  }
  const { type } = schema;
  if (!Array.isArray(type) || !type.includes("null")) return schema;
  const types = type.filter((one) => one !== "null");
  return { ...kept, type: types.length === 1 ? types[0] : types };
}
