import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020";
import { OUTPUTS_SCHEMA_FILE } from "../../../stack/outputs-schema";

interface Node {
  description?: string;
  secret?: boolean;
  properties?: Record<string, Node>;
  additionalProperties?: Node | false;
}

/** The schema file as it is in the repository. */
export const storedSchema = JSON.parse(readFileSync(OUTPUTS_SCHEMA_FILE, "utf8")) as Node;

/** Every field of a schema, by its path. */
export function fields(node: Node = storedSchema, path = ""): [string, Node][] {
  const { properties = {}, additionalProperties } = node;
  const below = Object.entries(properties).flatMap(([key, child]) => fields(child, path ? `${path}.${key}` : key));
  const each = additionalProperties ? fields(additionalProperties, `${path}.*`).slice(1) : [];
  return [[path, node], ...below, ...each];
}

/** Paths of what the schema calls secret. @param outputs only of those that are there */
export function secretPaths(outputs?: object): string[] {
  const paths = fields().flatMap(([path, { secret }]) => (secret ? [path] : []));
  return outputs ? paths.filter((path) => (path.split(".")[0] ?? "") in outputs) : paths;
}

/** The same schema, but without room for what it does not describe: so a test sees an output that it forgot. */
function closed(node: Node): Node {
  const { properties, additionalProperties } = node;
  if (!properties) return additionalProperties ? { ...node, additionalProperties: closed(additionalProperties) } : node;
  const inner = Object.fromEntries(Object.entries(properties).map(([key, child]) => [key, closed(child)]));
  return { ...node, properties: inner, additionalProperties: false };
}

/** What the schema finds wrong; nothing when the outputs fit. */
export function misfits(outputs: unknown, { exact = false } = {}): string[] {
  // `secret` is a word of ours; formats are for readers.
  const ajv = new Ajv2020({ strict: true, keywords: ["secret"], allErrors: true, validateFormats: false });
  const validate = ajv.compile(exact ? closed(storedSchema) : storedSchema);
  validate(outputs);
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${instancePath} ${message} ${JSON.stringify(params)}`.trim(),
  );
}

/** Fails with what the outputs have that the schema does not describe, and the other way round. */
export function assertFits(outputs: unknown): void {
  assert.deepEqual(misfits(outputs, { exact: true }), []);
}
