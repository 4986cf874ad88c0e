import swagger from "@fastify/swagger";
import type { FastifyInstance, RouteOptions } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import type { OpenAPIV3_1 } from "openapi-types";
import { PROBLEM_TYPE, problemSchema } from "../../api/problem";
import { MANIFEST_ID } from "../../api/schemas/parts";
import serverYamlSchema from "../../manifest/server.schema.json";

const DESCRIPTION = `The management layer of dind-mcp: MCP servers in one Docker engine, their sessions, tools, logs and audit.
MCP itself is not in here: clients speak it at /mcp (all servers) and /servers/NAME/mcp (one).

Every request needs a bearer token with the scope that the operation names: \`read\` to look, \`admin\` to change, \`mcp\` to
use tools. A token for some servers sees only these. Errors are problem details (RFC 9457); every answer has an X-Request-Id.`;

const TAGS = [
  { name: "servers", description: "The fleet's MCP servers" },
  { name: "tools", description: "What the servers offer" },
  { name: "sessions", description: "Clients' conversations with servers" },
  { name: "engine", description: "The Docker engine underneath" },
  { name: "audit", description: "Who did what, and what happened" },
  { name: "tokens", description: "Who may use what" },
  { name: "clients", description: "How clients find the servers" },
  { name: "registry", description: "The official MCP registry's read API, for this fleet" },
  { name: "status", description: "Probes, and what this is" },
];

/** Fills in what is the same for every route: the token, and errors. @throws Error when a route does not say who may use it */
function completed(route: RouteOptions): void {
  const access = route.config?.access;
  if (access === undefined) throw new Error(`the route ${route.url} does not say who may use it: config.access`);
  if (route.schema?.hide) return;
  const problem = { description: "An error", content: { [PROBLEM_TYPE]: { schema: problemSchema } } };
  route.schema = {
    ...route.schema,
    security: access === "public" ? [] : [{ bearer: access === "authenticated" ? [] : [access] }],
    response: { ...(route.schema?.response as object), "4xx": problem, "5xx": problem },
  };
}

type Schemas = Record<string, OpenAPIV3_1.SchemaObject>;

/** Makes a body of which nothing is required one that may be left out, as the routes have it. */
function loosenBodies({ paths = {} }: OpenAPIV3_1.Document): void {
  for (const { post } of Object.values(paths) as OpenAPIV3_1.PathItemObject[]) {
    const body = post?.requestBody as OpenAPIV3_1.RequestBodyObject | undefined;
    const schema = body?.content["application/json"]?.schema as OpenAPIV3_1.SchemaObject | undefined;
    if (body && !schema?.required) body.required = false;
  }
}

/**
 * Removes the second copy of each schema (`...Input`), which is meant for requests: no request has one. The manifest is
 * the exception, because a request may leave out its `user`.
 */
function tidy(document: OpenAPIV3_1.Document): OpenAPIV3_1.Document {
  const text = JSON.stringify(document).replaceAll('"Default Response"', '"Done"');
  const made = JSON.parse(text) as OpenAPIV3_1.Document;
  loosenBodies(made);
  // Of a manifest Zod knows only that it is a mapping, so its schema is the one that editors use for server.yaml.
  const { $schema: _, ...manifest } = serverYamlSchema;
  const asked = { ...manifest, required: manifest.required.filter((key) => key !== "user") };
  const all = Object.entries(made.components?.schemas ?? {}).filter(([name]) => !name.endsWith("Input"));
  const known = {
    ...Object.fromEntries(all),
    [MANIFEST_ID]: manifest,
    [`${MANIFEST_ID}Input`]: asked,
  } as unknown as Schemas;
  // By name: else they stand in the order in which modules happen to be loaded.
  const schemas = Object.fromEntries(Object.entries(known).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...made, components: { ...made.components, schemas } };
}

/** Makes the OpenAPI description out of the routes that are registered after it. */
export async function describeApi(app: FastifyInstance, version: string, publicUrl: string): Promise<void> {
  app.addHook("onRoute", completed);
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "dind-mcp",
        version,
        description: DESCRIPTION,
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      // The first is the page's own origin: the only one that its policy lets it call.
      servers: [{ url: "/" }, { url: publicUrl }],
      tags: TAGS,
      components: {
        securitySchemes: {
          bearer: {
            type: "http",
            scheme: "bearer",
            description:
              "One of the stack's tokens (bin/dind-mcp outputs tokens --show-secrets), or one made by POST /v1/tokens",
          },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => tidy(jsonSchemaTransformObject(document) as OpenAPIV3_1.Document),
  });
}
