import { paths } from "../../../api/paths";
import { discoverySchema } from "../../../api/schemas/discovery";
import { Scope } from "../../../api/scopes";
import { mayUse } from "../../security/filters";
import { type App, principalOf, type RouteContext } from "./context";

/** Where the fleet is announced, and whether that works. */
export function discoveryRoutes(app: App, { discovery }: RouteContext): void {
  app.get(
    paths.discovery,
    {
      config: { access: Scope.Read },
      schema: {
        tags: ["status"],
        operationId: "getDiscovery",
        summary: "Where the fleet is announced: Consul, and whether it has the fleet as it is",
        response: { 200: discoverySchema },
      },
    },
    (request) => {
      const consul = discovery.consul();
      if (!consul) return {};
      const { address, state, since, reason, services } = consul;
      const principal = principalOf(request);
      const visible = services.filter(({ server }) => server === undefined || mayUse(principal, server));
      return {
        consul: {
          ...{ address, state, since: new Date(since).toISOString(), reason },
          services: visible.map(({ id, name, server, health }) => ({ id, name, server, health: health.status })),
        },
      };
    },
  );
}
