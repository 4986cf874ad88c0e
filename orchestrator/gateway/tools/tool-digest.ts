import { createHash } from "node:crypto";
import { canonicalJson } from "../../../lib/canonical-json";
import type { JsonObject } from "../wire/json-rpc";

/**
 * Returns the SHA-256 of a tool's definition, in hex. Any change of name, description, schema or annotations changes
 * it.
 */
export function toolDigest(definition: JsonObject): string {
  return createHash("sha256").update(canonicalJson(definition)).digest("hex");
}
