import { z } from "zod";
import { pageOf } from "../../../api/schemas/parts";
import { sessionSchema } from "../../../api/schemas/sessions";
import { Scope } from "../../../api/scopes";
import type { SessionInfo } from "../../gateway/gateway-api";
import { HttpError } from "../../http/problem";
import { mayUse } from "../../security/filters";
import type { Principal } from "../../security/principal";
import { page, pageQuery } from "../pagination";
import { type App, principalOf, type RouteContext } from "./context";

const tags = ["sessions"];

const listQuery = z.strictObject({
  server: z.string().optional().describe("Only sessions with this server"),
  principal: z.string().optional().describe("Only sessions of this token"),
  ...pageQuery,
});

/** A token for some servers sees the sessions with these, and its own. */
function sees(asker: Principal, { server, principal }: SessionInfo): boolean {
  return asker.servers === undefined || principal === asker.name || (server !== undefined && mayUse(asker, server));
}

/** Clients' sessions. */
export function sessionRoutes(app: App, { gateway }: RouteContext): void {
  app.get(
    "/v1/sessions",
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "listSessions",
        summary: "Open sessions, oldest first",
        querystring: listQuery,
        response: { 200: pageOf(sessionSchema) },
      },
    },
    (request) => {
      const { server, principal, limit, cursor } = request.query;
      const found = gateway
        .sessions()
        .filter((session) => sees(principalOf(request), session))
        .filter((session) => server === undefined || session.server === server)
        .filter((session) => principal === undefined || session.principal === principal);
      return page(found, ({ openedAt, id }) => `${openedAt} ${id}`, limit, cursor);
    },
  );

  app.delete(
    "/v1/sessions/:id",
    {
      config: { access: Scope.Admin },
      schema: {
        tags,
        operationId: "endSession",
        summary: "Ends a session and its process",
        params: z.object({ id: z.string() }),
        response: { 204: z.null().describe("Ended") },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const session = gateway.sessions().find((one) => one.id === id);
      if (!session || !sees(principalOf(request), session) || !gateway.endSession(id)) {
        throw new HttpError(404, `there is no session ${JSON.stringify(id)}; GET /v1/sessions lists them`);
      }
      request.audited = { server: session.server };
      return reply.status(204).send(null);
    },
  );
}
