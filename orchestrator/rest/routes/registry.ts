import { z } from "zod";
import { Scope } from "../../../api/scopes";
import { serverJsonSchema } from "../../../manifest/server-json";
import { HttpError } from "../../http/problem";
import { mayUse } from "../../security/filters";
import { page } from "../pagination";
import { type RegistryServer, registryServer, search } from "../registry";
import { type App, principalOf, type RouteContext } from "./context";

const tags = ["registry"];
const LIMIT = "a whole number from 1 to 100";

const listQuery = z.object({
  search: z.string().optional().describe("Part of the name"),
  version: z.string().optional().describe("latest, or an exact version"),
  updated_since: z.iso.datetime({ offset: true, error: "a time like 2026-11-24T10:00:00Z" }).optional(),
  limit: z.coerce.number(LIMIT).int(LIMIT).min(1, LIMIT).max(100, LIMIT).default(30),
  cursor: z.string().optional().describe("metadata.nextCursor of the previous page"),
});

const time = z.iso.datetime({ offset: true });
const entrySchema = z
  .object({
    server: serverJsonSchema,
    _meta: z.object({
      "io.modelcontextprotocol.registry/official": z.object({
        status: z.enum(["active"]),
        publishedAt: time.describe("When the container was started: the fleet has no other publication"),
        updatedAt: time,
        isLatest: z.literal(true).describe("A fleet runs one version of each server"),
      }),
    }),
  })
  .meta({ id: "RegistryServer" });
const listSchema = z.object({
  servers: z.array(entrySchema),
  metadata: z.object({ count: z.int(), nextCursor: z.string().optional() }),
});
const nameParams = z.object({ serverName: z.string().describe("URL-encoded, like io.github.dind-mcp%2Ffiles") });

/** The official registry's read API, version 0.1, so that its clients find the fleet's servers. */
export function registryRoutes(app: App, { config, servers }: RouteContext): void {
  const begun = new Date().toISOString();
  const visible = (request: Parameters<typeof principalOf>[0]): RegistryServer[] =>
    servers
      .list()
      .filter(({ name }) => mayUse(principalOf(request), name))
      .map((server) => registryServer(server, config.publicUrl, begun));
  const find = (request: Parameters<typeof principalOf>[0], name: string): RegistryServer => {
    const found = visible(request).find(({ server }) => server.name === name);
    if (!found) throw new HttpError(404, "Server not found");
    return found;
  };

  app.get(
    "/v0.1/servers",
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "listRegistryServers",
        summary: "Servers as server.json",
        querystring: listQuery,
        response: { 200: listSchema },
      },
    },
    (request) => {
      const { updated_since: updatedSince, limit, cursor, ...filter } = request.query;
      const { items, next } = page(
        search(visible(request), { ...filter, updatedSince }),
        ({ server }) => server.name,
        limit,
        cursor,
      );
      return { servers: items, metadata: { count: items.length, nextCursor: next } };
    },
  );

  app.get(
    "/v0.1/servers/:serverName/versions",
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "listRegistryVersions",
        summary: "All versions of a server: the one that runs",
        params: nameParams,
        response: { 200: listSchema },
      },
    },
    (request) => ({ servers: [find(request, request.params.serverName)], metadata: { count: 1 } }),
  );

  app.get(
    "/v0.1/servers/:serverName/versions/:version",
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "getRegistryVersion",
        summary: "One version of a server",
        params: nameParams.extend({ version: z.string().describe("latest, or an exact version") }),
        response: { 200: entrySchema },
      },
    },
    (request) => {
      const { serverName, version } = request.params;
      const [found] = search([find(request, serverName)], { version });
      if (!found) throw new HttpError(404, "Server version not found");
      return found;
    },
  );
}
