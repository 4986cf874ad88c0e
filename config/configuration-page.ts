import { z } from "zod";
import { withPart } from "../lib/marked-part";
import { markdownTable } from "../lib/text-table";
import { type About, aboutField, aboutKey } from "./key";
import { SUBJECTS } from "./keys";
import { yamlLine } from "./yaml-line";

type Keys = Record<string, z.ZodType>;

const code = (value: unknown): string => `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;

function oneOf(words: string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** The kind of value a schema takes, in a few words. */
function kind(schema: z.ZodType, about: About): string {
  if (about.kind) return about.kind;
  const found = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  if (found.enum) return oneOf(found.enum.map(code));
  if (found.type === "integer") return `${found.minimum} to ${found.maximum}`;
  if (found.type === "boolean") return "true or false";
  return found.type === "object" ? "mapping" : "text";
}

/** A schema's default in words; "required" when there is none and none is needed. */
function byDefault(schema: z.ZodType, about: About): string {
  const { success, data } = schema.safeParse(undefined);
  if (!success) return "required";
  const isPlain = Array.isArray(data) ? data.every((item) => typeof item === "string") : typeof data !== "object";
  const value = isPlain && data !== undefined && data !== "" ? code(data) : undefined;
  return [value, about.byDefault].filter(Boolean).join(": ") || "none";
}

function row(name: string, schema: z.ZodType, about: About, secret?: true): string[] {
  const meaning = about.see ? `${about.meaning} ${about.see}` : about.meaning;
  return [code(name), `${secret ? "secret " : ""}${kind(schema, about)}`, byDefault(schema, about), meaning];
}

/** The rows of a mapping's fields, or of those of a list's items or a mapping's values. */
function fieldRows(name: string, schema: z.ZodType): string[][] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return fieldRows(name, schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodRecord) return fieldRows(`${name}.NAME`, schema.valueType as z.ZodType);
  if (schema instanceof z.ZodArray) return fieldRows(`${name}[]`, schema.element as z.ZodType);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Keys).flatMap(([field, inner]) => {
    const about = aboutField(inner);
    return about ? [row(`${name}.${field}`, inner, about)] : [];
  });
}

function table(keys: Keys): string {
  const rows = Object.entries(keys).flatMap(([name, schema]) => {
    const about = aboutKey(schema);
    return [row(name, schema, about, about.secret), ...fieldRows(name, schema)];
  });
  return markdownTable([["key", "type", "default", "meaning"], ...rows]);
}

function notes(keys: Keys): string {
  return Object.entries(keys)
    .flatMap(([name, schema]) => {
      const { more } = aboutKey(schema);
      return more ? [`- ${code(name)}: ${more}`] : [];
    })
    .join("\n");
}

/** A value for each key, as the stack's file has them; a secret by the command that sets it. */
function examples(keys: Keys): string {
  const all = Object.entries(keys).map(([name, schema]) => ({ name, ...aboutKey(schema) }));
  const open = all
    .filter(({ secret }) => !secret)
    .map(({ name, example }) => `  dind-mcp:${name}:${valueLines(example)}`);
  const secret = all
    .filter((one) => one.secret)
    .map(({ name, example }) => `    pulumi config set --secret ${path(name, example)}`);
  return [["```yaml", "config:", ...open, "```"], secret]
    .map((lines) => lines.join("\n"))
    .join("\n\n")
    .trimEnd();
}

/** Mappings of a list stand on lines of their own. */
function valueLines(value: unknown): string {
  const isLong = Array.isArray(value) && value.some((item) => typeof item === "object");
  return isLong ? value.map((item) => `\n    - ${yamlLine(item)}`).join("") : ` ${yamlLine(value)}`;
}

/** Where a secret is set: the key, or the way to a text inside its value. */
function path(name: string, example: unknown): string {
  const steps: string[] = [];
  for (let at = example; typeof at === "object" && at !== null; at = Object.values(at)[0])
    steps.push(Object.keys(at)[0] ?? "");
  const way = steps.map((step) => (/[.:]/.test(step) ? `["${step}"]` : `.${step}`));
  return steps.length > 0 ? `--path '${name}${way.join("")}'` : name;
}

/** Every key, by subject. */
function subjects(): string {
  return Object.entries(SUBJECTS)
    .map(([title, keys]) => [`## ${title}`, table(keys), notes(keys), examples(keys)].filter(Boolean).join("\n\n"))
    .join("\n\n");
}

/** docs/configuration.md with every key. */
export function configurationPage(page: string): string {
  return withPart(page, "keys", subjects());
}
