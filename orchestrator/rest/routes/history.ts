import { z } from "zod";
import { historySchema } from "../../../api/history";
import { Scope } from "../../../api/scopes";
import { mayUse } from "../../security/filters";
import { type App, principalOf, type RouteContext } from "./context";

/** What servers did in the last hour. */
export function historyRoutes(app: App, { servers, history }: RouteContext): void {
  app.get(
    "/v1/history",
    {
      config: { access: Scope.Read },
      schema: {
        tags: ["servers"],
        operationId: "getHistory",
        summary: "Calls, errors, times and use of every server in each minute of the last hour",
        description: "It begins anew with the orchestrator. Prometheus keeps more.",
        response: { 200: z.object({ items: z.array(historySchema) }) },
      },
    },
    (request) => {
      const principal = principalOf(request);
      const names = servers.list().map(({ name }) => name);
      const seen = names.filter((name) => mayUse(principal, name)).sort();
      return { items: seen.map((server) => ({ server, minutes: history.of(server) })) };
    },
  );
}
