import { canonicalJson } from "../../lib/canonical-json";
import { isMapping } from "../../lib/mapping";
import { ProblemsError } from "../../lib/problems";
import { parseManifest } from "../manifest";
import { isRemote } from "../remote";
import { type Manifest, TransportType } from "../types";
import {
  OUR_META,
  PUBLISHER_META,
  PUBLISHER_META_LIMIT,
  type Remote,
  SERVER_JSON_SCHEMA,
  type ServerJson,
  type ServerPackage,
} from "./schema";

export interface ExportOptions {
  /** What stands before the slash of the registry's name, in reverse DNS. @default "io.github.dind-mcp" */
  namespace?: string;
}

type Mapping = Record<string, unknown>;

/** Returns the parts of a value that differ from `defaults`; undefined when there are none. */
function difference(value: unknown, defaults: unknown): unknown {
  if (canonicalJson(value) === canonicalJson(defaults)) return undefined;
  if (!isMapping(value) || !isMapping(defaults)) return value;
  const kept = Object.entries(value).map(([key, item]) => [key, difference(item, defaults[key])] as const);
  return Object.fromEntries(kept.filter(([, item]) => item !== undefined));
}

/** Returns the manifest without defaults, and without what server.json has a field for: it has to fit into 4 KB. */
function ownPart({
  name,
  title: _title,
  description,
  version,
  image,
  build,
  transport,
  user,
  ...rest
}: Manifest): Mapping {
  const source = { image, ...(build ? { build } : {}) };
  const any = { image: "any:1", transport: { type: TransportType.Stdio, command: ["any"] } };
  const least = parseManifest({ name, description, version, ...any, user }, name).manifest;
  return { ...source, transport, user, ...(difference(rest, least) as Mapping | undefined) };
}

const webTransport = (type: string) => (type === TransportType.Sse ? ("sse" as const) : ("streamable-http" as const));

/** A server that runs elsewhere, as others can reach it. Values of secrets are theirs. */
function remoteOf({ transport, headers = {}, secrets }: Manifest): Remote {
  const given = Object.entries(headers).map(([name, { secret, value }]) => {
    if (secret === undefined) return { name, value };
    const { description, required = true } = secrets.find((one) => one.name === secret) ?? {};
    const told = { isSecret: true, isRequired: required, ...(description ? { description } : {}) };
    if (value === undefined) return { name, ...told };
    return { name, value: value.replaceAll("{}", `{${secret}}`), variables: { [secret]: told } };
  });
  const type = webTransport(transport.protocol ?? "");
  return { type, url: transport.url ?? "", ...(given.length > 0 ? { headers: given } : {}) };
}

/** The image as a package that others can run: `docker run --entrypoint PROGRAM IMAGE ARGUMENT...`. */
function ociPackage(image: string, { transport, env, secrets }: Manifest): ServerPackage {
  const variables = [
    ...Object.entries(env).map(([name, value]) => ({ name, value })),
    ...secrets.flatMap(({ env: name, description, required }) =>
      name === undefined
        ? []
        : [{ name, isSecret: true, isRequired: required, ...(description ? { description } : {}) }],
    ),
  ];
  const [program, ...given] = transport.command;
  const rest = transport.arguments ?? given;
  const reach =
    transport.type === TransportType.Stdio
      ? ({ type: "stdio" } as const)
      : ({ type: webTransport(transport.type), url: `http://127.0.0.1:${transport.port}${transport.path}` } as const);
  return {
    registryType: "oci",
    identifier: image,
    runtimeHint: "docker",
    transport: reach,
    ...(program ? { runtimeArguments: [{ type: "named", name: "--entrypoint", value: program }] } : {}),
    ...(rest.length > 0 ? { packageArguments: rest.map((value) => ({ type: "positional" as const, value })) } : {}),
    ...(variables.length > 0 ? { environmentVariables: variables } : {}),
  };
}

/**
 * A manifest as the official registry's server.json. Fields that the format lacks (limits, egress, user, ...) go under
 * our own key of the publisher's part, so that fromServerJson returns the very same manifest.
 * @throws ProblemsError when that part is larger than the registry takes
 */
export function toServerJson(manifest: Manifest, { namespace = OUR_META }: ExportOptions = {}): ServerJson {
  const { name, title, description, version, image } = manifest;
  const publisher = { [OUR_META]: ownPart(manifest) };
  const bytes = Buffer.byteLength(JSON.stringify(publisher));
  if (bytes > PUBLISHER_META_LIMIT) {
    throw new ProblemsError([
      {
        file: name,
        path: "(the manifest)",
        got: `${bytes} bytes`,
        expected: `at most ${PUBLISHER_META_LIMIT} bytes, the registry's limit for what its format has no word for`,
        fix: "shorten the lists",
      },
    ]);
  }
  return {
    $schema: SERVER_JSON_SCHEMA,
    name: `${namespace}/${name}`,
    ...(title ? { title } : {}),
    description,
    version,
    // A server that is built here has no package that others could fetch.
    ...(image ? { packages: [ociPackage(image, manifest)] } : {}),
    ...(isRemote(manifest) ? { remotes: [remoteOf(manifest)] } : {}),
    _meta: { [PUBLISHER_META]: publisher },
  };
}
