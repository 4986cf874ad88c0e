import { z } from "zod";
import { pageOf } from "../../../api/schemas/parts";
import { serverDetailSchema, serverSchema, statsSchema } from "../../../api/schemas/servers";
import { Scope } from "../../../api/scopes";
import { ServerStatus } from "../../../api/server-status";
import { HttpError } from "../../http/problem";
import { mayUse } from "../../security/filters";
import { serverOf } from "../access";
import { page, pageQuery } from "../pagination";
import { detail, measured, summary } from "../server-views";
import { type App, principalOf, type RouteContext } from "./context";
import { nameParams } from "./params";

const tags = ["servers"];
const STATES = Object.values(ServerStatus).join(", ");

const listQuery = z.strictObject({
  status: z.enum(ServerStatus, `one of ${STATES}`).optional().describe("Only servers in this state"),
  managedBy: z.enum(["pulumi", "api"], "pulumi or api").optional().describe("Only servers of this owner"),
  ...pageQuery,
});

/** Looking at servers. */
export function serverRoutes(app: App, context: RouteContext): void {
  const { servers, stats } = context;

  app.get(
    "/v1/servers",
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "listServers",
        summary: "All servers, by name",
        querystring: listQuery,
        response: { 200: pageOf(serverSchema) },
      },
    },
    (request) => {
      const { status, managedBy, limit, cursor } = request.query;
      const principal = principalOf(request);
      const found = servers
        .list()
        .filter(({ name }) => mayUse(principal, name))
        .filter((server) => status === undefined || server.status === status)
        .filter((server) => managedBy === undefined || server.managedBy === managedBy);
      const { items, next } = page(found, ({ name }) => name, limit, cursor);
      return { items: items.map((server) => summary(server, context)), next };
    },
  );

  app.get(
    "/v1/servers/:name",
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "getServer",
        summary: "Everything about one server",
        params: nameParams,
        response: { 200: serverDetailSchema },
      },
    },
    (request) => detail(serverOf(servers, principalOf(request), request.params.name), context),
  );

  app.get(
    "/v1/servers/:name/stats",
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "getServerStats",
        summary: "What the server's container uses, as measured some seconds ago",
        params: nameParams,
        response: { 200: statsSchema },
      },
    },
    (request) => {
      const { name, status } = serverOf(servers, principalOf(request), request.params.name);
      const latest = measured(stats.server(name));
      if (!latest) throw new HttpError(409, `server ${name} has no measurement: it is ${status}`);
      return latest;
    },
  );
}
