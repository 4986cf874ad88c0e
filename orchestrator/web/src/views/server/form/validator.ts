import { type OutputUnit, type Schema, Validator } from "@cfworker/json-schema";
import {
  ErrorSchemaBuilder,
  type RJSFSchema,
  type RJSFValidationError,
  type ValidationData,
  type ValidatorType,
} from "@rjsf/utils";
import { isMapping } from "../../../../../../lib/mapping";
import { plain } from "../../../../../../lib/plain-text";
import { TEXTS } from "../../../texts";
import { pruned } from "./arguments";
import { isWrong, unmarked } from "./marks";
import { mapping } from "./schema-parts";

/** Keywords whose errors only say that one of another keyword is further inside. */
const AROUND = ["properties", "items", "additionalProperties", "prefixItems", "$ref", "not", "false"];
/** Errors that are shown at most. */
const SHOWN = 50;

interface Found {
  path: string[];
  message: string;
}

/** Checks data by a schema without compiling it: the page's policy takes no text as script, as other validators need. */
function errorsOf(schema: RJSFSchema, data: unknown): Found[] {
  const sent: unknown = JSON.parse(JSON.stringify(unmarked(pruned(data, schema))) ?? "null");
  const plainly = unmarked(schema) as Schema;
  return checked(plainly, sent)
    .filter(isLeaf)
    .map((error) => found(error, plainly));
}

/** Names with half a character in them cannot be written as a place, and make the validator throw: the server checks then. */
function checked(schema: Schema, data: unknown): OutputUnit[] {
  try {
    return new Validator(schema, "2020-12", false).validate(data).errors;
  } catch {
    return [];
  }
}

function isLeaf({ keyword, keywordLocation }: OutputUnit): boolean {
  // What is wrong by each of several kinds says less than that none fits.
  return !AROUND.includes(keyword) && !/\/(anyOf|oneOf)\/\d+/.test(keywordLocation);
}

function found({ keyword, keywordLocation, instanceLocation, error }: OutputUnit, schema: Schema): Found {
  const path = parts(instanceLocation);
  const [, missing] = (keyword === "required" && /required property "(.*)"\.$/s.exec(error)) || [];
  if (missing !== undefined) return { path: [...path, missing], message: TEXTS.form.missing };
  const said = Object.entries(TEXTS.form.limits).find(([name]) => name === keyword)?.[1];
  return { path, message: said ? said(String(at(schema, keywordLocation))) : plain(error) };
}

/** The parts of a JSON pointer in a URL's fragment. */
function parts(pointer: string): string[] {
  const all = pointer.split("/").slice(1);
  return all.map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** What is at a place of a schema. */
function at(schema: Schema, pointer: string): unknown {
  return parts(pointer).reduce<unknown>((place, key) => mapping(place)[key], schema);
}

/** What was typed that is no number or no JSON. */
function typedWrong(data: unknown, path: string[] = []): Found[] {
  if (isWrong(data)) return [{ path, message: TEXTS.form.wrong }];
  if (!Array.isArray(data) && !isMapping(data)) return [];
  return Object.entries(data).flatMap(([key, value]) => typedWrong(value, [...path, key]));
}

function report(all: Found[]): ValidationData<unknown> {
  const builder = new ErrorSchemaBuilder<unknown>();
  for (const { path, message } of all) builder.addErrors(message, path);
  const errors = all.map(({ path, message }): RJSFValidationError => {
    const property = `.${path.join(".")}`;
    return { property, message, stack: `${path.join(".") || TEXTS.tools.arguments}: ${message}` };
  });
  return { errors, errorSchema: builder.ErrorSchema };
}

/** What the form library asks about data. */
export const validator: ValidatorType = {
  validateFormData(data, schema) {
    const typed = typedWrong(data);
    const rest = errorsOf(schema, data).filter(
      ({ path }) => !typed.some((one) => one.path.join("/") === path.join("/")),
    );
    return report([...typed, ...rest].slice(0, SHOWN)) as ValidationData<never>;
  },
  isValid: (schema, data) => errorsOf(schema, data).length === 0,
  rawValidation: () => ({ errors: [] }),
};
