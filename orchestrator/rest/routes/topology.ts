import { topologySchema } from "../../../api/schemas/topology";
import { Scope } from "../../../api/scopes";
import { mayUse } from "../../security/filters";
import { placed } from "../placed-server";
import { type App, principalOf, type RouteContext } from "./context";

/** What is where, and what reaches what. */
export function topologyRoutes(app: App, { servers, engine, config }: RouteContext): void {
  app.get(
    "/v1/topology",
    {
      config: { access: Scope.Read },
      schema: {
        tags: ["engine"],
        operationId: "getTopology",
        summary: "Every server with its network, folders, volumes, companions and ways out",
        response: { 200: topologySchema },
      },
    },
    async (request) => {
      const principal = principalOf(request);
      const info = await engine.info().catch(() => undefined);
      const seen = servers.list().filter(({ name }) => mayUse(principal, name));
      return {
        stack: config.stack,
        engine: info && { version: info.version, kernel: info.kernel },
        servers: seen.map(placed).sort((a, b) => (a.name < b.name ? -1 : 1)),
      };
    },
  );
}
