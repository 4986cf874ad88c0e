import { z } from "zod";
import { Client, clientConfig, targets } from "../../../api/client-configs";
import { Scope } from "../../../api/scopes";
import { mayUse } from "../../security/filters";
import { type App, principalOf, type RouteContext } from "./context";

const CLIENTS = Object.values(Client);

const modeQuery = z.strictObject({
  servers: z
    .enum(["each", "all"], "each or all")
    .default("each")
    .describe("each: an entry for every server. all: one entry, with all servers' tools as server__tool"),
});

const configSchema = z
  .object({
    client: z.enum(Client),
    file: z.string().describe("Where the client reads it"),
    config: z.record(z.string(), z.unknown()).describe("The file's content; it never holds a token"),
    notes: z.array(z.string()),
  })
  .meta({ id: "ClientConfig" });

/** Ready configurations for the common clients. */
export function clientRoutes(app: App, { config, servers }: RouteContext): void {
  const tags = ["clients"];
  const found = (request: Parameters<typeof principalOf>[0], mode: "each" | "all") => {
    const names = servers
      .list()
      .map(({ name }) => name)
      .sort();
    return targets(
      config.publicUrl,
      names.filter((name) => mayUse(principalOf(request), name)),
      mode,
    );
  };

  app.get(
    "/v1/client-configs",
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "listClientConfigs",
        summary: "Ready configurations for every known client",
        querystring: modeQuery,
        response: { 200: z.object({ items: z.array(configSchema) }) },
      },
    },
    (request) => {
      const all = found(request, request.query.servers);
      return { items: CLIENTS.map((client) => clientConfig(client, all)) };
    },
  );

  app.get(
    "/v1/client-configs/:client",
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "getClientConfig",
        summary: "A ready configuration for one client",
        params: z.object({ client: z.enum(Client, `one of ${CLIENTS.join(", ")}`) }),
        querystring: modeQuery,
        response: { 200: configSchema },
      },
    },
    (request) => clientConfig(request.params.client, found(request, request.query.servers)),
  );
}
