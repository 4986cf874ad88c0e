import { egressSchema } from "../../../api/schemas/egress";
import { Scope } from "../../../api/scopes";
import { serverOf } from "../access";
import { type App, principalOf, type RouteContext } from "./context";
import { nameParams } from "./params";

/** What servers asked the world for. */
export function egressRoutes(app: App, { servers, egress }: RouteContext): void {
  app.get(
    "/v1/servers/:name/egress",
    {
      config: { access: Scope.Read },
      schema: {
        tags: ["servers"],
        operationId: "getServerEgress",
        summary: "What the server asked the egress proxy for, and what became of it",
        description: "Out of the latest 20000 lines of the proxy's log. A changed list of hosts begins a new log.",
        params: nameParams,
        response: { 200: egressSchema },
      },
    },
    async (request) => {
      const server = serverOf(servers, principalOf(request), request.params.name);
      const { since, items } = await egress.of(server);
      const told = items.map(({ last, ...item }) => ({ ...item, last: new Date(last).toISOString() }));
      return { allowed: server.manifest.egress, ...(since === undefined ? {} : { since }), items: told };
    },
  );
}
