import { isMapping } from "../../lib/mapping";

/** Keys as the schema of 2025-07-09 has them. */
const RENAMED: Record<string, string> = {
  registry_type: "registryType",
  registry_base_url: "registryBaseUrl",
  file_sha256: "fileSha256",
  runtime_hint: "runtimeHint",
  runtime_arguments: "runtimeArguments",
  package_arguments: "packageArguments",
  environment_variables: "environmentVariables",
  is_required: "isRequired",
  is_secret: "isSecret",
  is_repeated: "isRepeated",
  value_hint: "valueHint",
};

/**
 * A server.json of an earlier schema as one of today, as far as that is a matter of writing: the registry keeps documents
 * as they were published. What is wrong in it stays, for the check.
 */
export function upgraded(document: unknown): unknown {
  if (!isMapping(document) || !Array.isArray(document.packages)) return document;
  return { ...document, packages: document.packages.map((one) => withTag(renamed(one))) };
}

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (!isMapping(value)) return value;
  const key = (name: string) => (Object.hasOwn(RENAMED, name) ? (RENAMED[name] ?? name) : name);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [key(name), renamed(one)]));
}

/** Until 2025-10-17 an image had its registry and its tag in fields of their own; many still write the tag so. */
function withTag(one: unknown): unknown {
  if (!isMapping(one) || one.registryType !== "oci") return one;
  const { version, registryBaseUrl, ...rest } = one;
  const { identifier } = one;
  if (typeof identifier !== "string" || typeof version !== "string") return one;
  const base =
    typeof registryBaseUrl === "string" && URL.canParse(registryBaseUrl) ? new URL(registryBaseUrl).host : "";
  // A registry is told from a user by its dot or port.
  const image = base && !/^([^/]*[.:][^/]*|localhost)\//.test(identifier) ? `${base}/${identifier}` : identifier;
  const [tag] = /:[^/]*$|@.*$/.exec(image) ?? [];
  if (tag === undefined) return { ...rest, identifier: `${image}:${version}` };
  return tag === `:${version}` ? { ...rest, identifier: image } : one;
}
