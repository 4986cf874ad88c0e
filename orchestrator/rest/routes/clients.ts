import { z } from "zod";
import { CLIENT_NAMES, type Client, clientConfig, targets } from "../../../api/client-configs";
import { FileFormat, type Target } from "../../../api/clients/client";
import { fileText } from "../../../api/file-text";
import { Scope } from "../../../api/scopes";
import { mayUse } from "../../security/filters";
import { type App, principalOf, type RouteContext } from "./context";

const modeQuery = z.strictObject({
  servers: z
    .enum(["each", "all"], "each or all")
    .default("each")
    .describe("each: an entry for every server. all: one entry, with all servers' tools as server__tool"),
});

const targetSchema = z.object({ name: z.string(), url: z.string() });

const configSchema = z
  .object({
    client: z.enum(CLIENT_NAMES),
    file: z.string().describe("Where the client reads it"),
    format: z.enum(FileFormat).describe("What the file is written in"),
    begin: z.string().optional().describe("What the file needs beside that, when there is none yet"),
    config: z.record(z.string(), z.unknown()).describe("The file's content; it never holds a token"),
    text: z.string().describe("The same as the client reads it, when it has no such file yet"),
    links: z
      .array(targetSchema)
      .optional()
      .describe(
        "Links that open the client and have it add a server; absent where it knows none. They never hold a token",
      ),
    notes: z.array(z.string()),
    next: z.string().describe("What to do once it is there, in the client's own words"),
  })
  .meta({ id: "ClientConfig" });

function withText(client: Client, all: Target[]): z.output<typeof configSchema> {
  const config = clientConfig(client, all);
  return { ...config, text: fileText(config) };
}

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
        response: {
          200: z.object({
            targets: z.array(targetSchema).describe("What each of them connects to: the name of an entry, and its URL"),
            items: z.array(configSchema),
          }),
        },
      },
    },
    (request) => {
      const all = found(request, request.query.servers);
      return { targets: all, items: CLIENT_NAMES.map((client) => withText(client, all)) };
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
        params: z.object({ client: z.enum(CLIENT_NAMES, `one of ${CLIENT_NAMES.join(", ")}`) }),
        querystring: modeQuery,
        response: { 200: configSchema },
      },
    },
    (request) => withText(request.params.client, found(request, request.query.servers)),
  );
}
