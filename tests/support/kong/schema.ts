import Ajv from "ajv";

/**
 * What Kong 3 takes, of the entities that we make, written from its documentation: the reference of each entity and plugin
 * (developer.konghq.com/gateway/entities, /plugins) and the Admin API's. Kong itself was never at hand here.
 */

const milliseconds = { type: "integer", minimum: 1, maximum: 2 ** 31 - 2 };
const statuses = { type: "array", items: { type: "integer", minimum: 100, maximum: 999 } };
const seconds = { type: "number", minimum: 0, maximum: 65_535 };
const count = { type: "integer", minimum: 0, maximum: 255 };
const name = { type: "string", pattern: "^[A-Za-z0-9._~-]+$" };
const path = { type: "string", pattern: "^/(?!/)(?!.*//)[A-Za-z0-9._~/%:@!$&'()*+,;=-]*$" };
const host = { type: "string", pattern: "^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?$" };
const uuid = { type: "string", pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$" };
const header = { type: "string", pattern: "^[A-Za-z0-9_-]+$" };
const reference = strict({ id: uuid }, ["id"]);
const common = {
  id: uuid,
  // Neither a comma nor a slash: lists are filtered by "a,b" and "a/b".
  tags: { type: "array", uniqueItems: true, items: { type: "string", pattern: "^[^,/]+$" } },
};
const protocols = (...allowed: string[]) => ({
  ...{ type: "array", minItems: 1, uniqueItems: true },
  items: { enum: allowed },
});

const upstream = strict(
  {
    ...common,
    name: host, // a host name: services name it as theirs
    host_header: host,
    algorithm: { enum: ["round-robin", "least-connections", "consistent-hashing", "latency"] },
    slots: { type: "integer", minimum: 10, maximum: 65_536 },
    healthchecks: strict({
      threshold: { type: "number", minimum: 0, maximum: 100 },
      active: strict({
        ...{ type: { enum: ["tcp", "http", "https", "grpc", "grpcs"] }, timeout: seconds, http_path: path },
        concurrency: { type: "integer", minimum: 1 },
        healthy: strict({ interval: seconds, successes: count, http_statuses: statuses }),
        unhealthy: strict({
          ...{ interval: seconds, http_statuses: statuses },
          ...{ tcp_failures: count, timeouts: count, http_failures: count },
        }),
      }),
    }),
  },
  ["name"],
);

const target = strict(
  {
    ...common,
    target: { type: "string", pattern: "^[A-Za-z0-9._-]+:[0-9]{1,5}$" },
    weight: { type: "integer", minimum: 0, maximum: 65_535 },
    upstream: reference,
  },
  ["target"],
);

const service = strict(
  {
    ...common,
    ...{ name, host, path, port: { type: "integer", minimum: 0, maximum: 65_535 } },
    protocol: { enum: ["http", "https", "grpc", "grpcs", "tcp", "tls", "udp"] },
    ...{ connect_timeout: milliseconds, read_timeout: milliseconds, write_timeout: milliseconds },
    retries: { type: "integer", minimum: 0, maximum: 32_767 },
    enabled: { type: "boolean" },
  },
  ["host"],
);

const flags = ["strip_path", "preserve_host", "request_buffering", "response_buffering"];
const route = {
  ...strict({
    ...common,
    name,
    protocols: protocols("http", "https"),
    hosts: { type: "array", items: host },
    paths: { type: "array", items: path },
    ...Object.fromEntries(flags.map((flag) => [flag, { type: "boolean" }])),
    service: reference,
  }),
  // "At least one matching rule."
  anyOf: ["hosts", "paths"].map((rule) => ({ required: [rule], properties: { [rule]: { minItems: 1 } } })),
};

const CONFIGS: Record<string, object> = {
  "correlation-id": strict({
    ...{ header_name: header, echo_downstream: { type: "boolean" } },
    generator: { enum: ["uuid", "uuid#counter", "tracker"] },
  }),
  "request-size-limiting": strict({
    allowed_payload_size: { type: "integer" },
    size_unit: { enum: ["megabytes", "kilobytes", "bytes"] },
    require_content_length: { type: "boolean" },
  }),
  "key-auth": strict({
    key_names: { type: "array", minItems: 1, items: header },
    ...Object.fromEntries(
      ["key_in_header", "key_in_query", "key_in_body", "hide_credentials", "run_on_preflight"].map((flag) => [
        flag,
        { type: "boolean" },
      ]),
    ),
  }),
  "rate-limiting": {
    ...strict({
      ...Object.fromEntries(
        ["second", "minute", "hour", "day", "month", "year"].map((period) => [
          period,
          { type: "number", exclusiveMinimum: 0 },
        ]),
      ),
      limit_by: { enum: ["consumer", "credential", "ip", "service", "header", "path", "consumer-group"] },
      ...{ header_name: header, policy: { enum: ["local", "cluster", "redis"] } },
      ...{ fault_tolerant: { type: "boolean" }, hide_client_headers: { type: "boolean" } },
    }),
    anyOf: ["second", "minute", "hour", "day", "month", "year"].map((period) => ({ required: [period] })),
    if: { properties: { limit_by: { const: "header" } }, required: ["limit_by"] },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's word
    then: { required: ["header_name"] },
  },
};
const plugin = {
  oneOf: Object.entries(CONFIGS).map(([name, config]) =>
    strict({ ...common, name: { const: name }, config, enabled: { type: "boolean" }, service: reference }, ["name"]),
  ),
};

/** An entity as the Admin API takes it, by kind. */
const ENTITIES = { upstreams: upstream, targets: target, services: service, routes: route, plugins: plugin };

const listOf = (schema: object) => ({ type: "array", items: schema });
const nested = <Schema extends { properties: object }>(schema: Schema, more: object) => ({
  ...schema,
  properties: { ...schema.properties, ...more },
});
const document = strict(
  {
    _format_version: { enum: ["3.0"] },
    _transform: { type: "boolean" },
    services: listOf(nested(service, { routes: listOf(route), plugins: listOf(plugin) })),
    upstreams: listOf(nested(upstream, { targets: listOf(target) })),
  },
  ["_format_version"],
);

function strict(properties: object, required: string[] = []) {
  return { type: "object", additionalProperties: false, properties, required };
}

const ajv = new Ajv({ allErrors: true, strict: false });
const validators = Object.fromEntries(Object.entries(ENTITIES).map(([kind, schema]) => [kind, ajv.compile(schema)]));
const validDocument = ajv.compile(document);

/** What Kong would refuse of an entity; empty when it takes it. */
export function wrongEntity(kind: string, fields: object): string[] {
  const valid = validators[kind];
  if (!valid) return [`no such entity: ${kind}`];
  valid(fields);
  return (valid.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** What Kong would refuse of a declarative configuration. */
export function wrongDocument(value: unknown): string[] {
  validDocument(value);
  return (validDocument.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
