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
 * Rewrites a server.json of an earlier schema in today's form, because the registry keeps documents as they were
 * published. Mistakes stay in, for the check to find.
 */
export function upgraded(document: unknown): unknown {
  if (!isMapping(document)) return document;
  const { version_detail: detail, ...rest } = document;
  const version = isMapping(detail) && rest.version === undefined ? { version: detail.version } : {};
  return {
    ...rest,
    ...version,
    ...each("packages", rest.packages, (one) => withTag(withTransport(renamed(one)))),
    ...each("remotes", rest.remotes, (one) => withType(renamed(one))),
  };
}

function each(key: string, list: unknown, change: (one: unknown) => unknown): Record<string, unknown> {
  return Array.isArray(list) ? { [key]: list.map(change) } : {};
}

/** At first no package said how it speaks, as all of them spoke on stdin and stdout. */
function withTransport(one: unknown): unknown {
  return isMapping(one) && one.transport === undefined ? { ...one, transport: { type: "stdio" } } : one;
}

/** The first schema called a remote's type `transport_type`. */
function withType(one: unknown): unknown {
  if (!isMapping(one) || one.type !== undefined) return one;
  const { transport_type: type, ...rest } = one;
  return type === undefined ? one : { ...rest, type };
}

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (!isMapping(value)) return value;
  const key = (name: string) => (Object.hasOwn(RENAMED, name) ? (RENAMED[name] ?? name) : name);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [key(name), renamed(one)]));
}

/** Until 2025-10-17 an image had its registry and its tag in fields of their own; many still write the tag so. */
function withTag(one: unknown): unknown {
  if (!isMapping(one) || one.registryType !== "oci" || typeof one.identifier !== "string") return one;
  const { version, registryBaseUrl, identifier, ...rest } = one;
  const base =
    typeof registryBaseUrl === "string" && URL.canParse(registryBaseUrl) ? new URL(registryBaseUrl).host : "";
  // A registry is told from a user by its dot or port.
  const image = base && !/^([^/]*[.:][^/]*|localhost)\//.test(identifier) ? `${base}/${identifier}` : identifier;
  if (version === undefined) return { ...rest, identifier: image };
  if (typeof version !== "string") return one;
  const [tag] = /:[^/]*$|@.*$/.exec(image) ?? [];
  if (tag === undefined || tag === ":latest") {
    return { ...rest, identifier: `${image.slice(0, image.length - (tag?.length ?? 0))}:${version}` };
  }
  return tag.replace(/^:v?/, "") === version.replace(/^v/, "") ? { ...rest, identifier: image } : one;
}
