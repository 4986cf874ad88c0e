import { z } from "zod";
import { serverEventSchema } from "../../../api/schemas/server-events";
import { Scope } from "../../../api/scopes";
import { serverOf } from "../access";
import { type App, principalOf, type RouteContext } from "./context";
import { nameParams } from "./params";

/** What happened to a server until now. */
export function serverEventRoutes(app: App, { servers, serverHistory }: RouteContext): void {
  app.get(
    "/v1/servers/:name/events",
    {
      config: { access: Scope.Read },
      schema: {
        tags: ["servers"],
        operationId: "listServerEvents",
        summary: "The server's latest starts, stops and failures with their reasons, newest first",
        description:
          "The latest 100, kept over restarts of the orchestrator, and when a server of that name is removed and added again. " +
          "`/v1/events` tells of them as they happen.",
        params: nameParams,
        response: { 200: z.object({ items: z.array(serverEventSchema) }) },
      },
    },
    (request) => {
      const { name } = serverOf(servers, principalOf(request), request.params.name);
      return { items: serverHistory.of(name) };
    },
  );
}
