import { join } from "node:path";
import { z } from "zod";
import { describeSchema, type SchemaNode } from "../lib/describe-schema";
import { manifestSchema } from "./schema";
import { sharedServiceSchema } from "./service-schema";

/** The JSON Schema of server.yaml, for editors. Only the program checks rules that span several fields. */
export function manifestJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(manifestSchema, { io: "input" }) as SchemaNode;
  // `none` and `public` are read before the schema checks, so the schema does not tell them.
  const egress = schema.properties?.egress;
  if (schema.properties && egress)
    schema.properties.egress = { anyOf: [{ const: "none" }, { const: "public" }, egress] };
  describeSchema(schema, join(__dirname, "types.ts"), "Manifest");
  return { ...schema, title: "server.yaml of dind-mcp" };
}

/** The JSON Schema of service.yaml. */
export function serviceJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(sharedServiceSchema, { io: "input" }) as SchemaNode;
  describeSchema(schema, join(__dirname, "service-types.ts"), "SharedService");
  return { ...schema, title: "service.yaml of dind-mcp" };
}
