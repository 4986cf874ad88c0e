import { z } from "zod";
import { Scope } from "../../../api/scopes";
import type { FleetEvent } from "../../events";
import { mayUse } from "../../security/filters";
import type { Principal } from "../../security/principal";
import { type App, principalOf, type RouteContext } from "./context";

const ID = "the id of the last event seen";

/** What happens in the fleet, as it happens. */
export function eventRoutes(app: App, { events, streams }: RouteContext): void {
  app.get(
    "/v1/events",
    {
      config: { access: Scope.Read },
      exposeHeadRoute: false,
      schema: {
        tags: ["engine"],
        operationId: "streamEvents",
        summary: "What happens, as it happens",
        description:
          "A stream of events: id, event (the type, like server.started), data (JSON: id, time, type, server, data). A client " +
          "that comes back with Last-Event-ID gets the events it missed, if they are still kept. A comment every 15 seconds keeps the stream open.",
        headers: z.object({ "last-event-id": z.coerce.number(ID).int(ID).min(0, ID).optional().describe(ID) }),
        response: {
          200: {
            description: "The stream",
            content: { "text/event-stream": { schema: z.unknown().describe("Server-sent events") } },
          },
        },
      },
    },
    (request, reply) => {
      const principal = principalOf(request);
      const last = request.headers["last-event-id"];
      reply.hijack();
      const stream = streams.open(reply.raw);
      if (stream.signal.aborted) return;
      const tell = (event: FleetEvent): void => {
        if (event.server !== undefined ? !mayUse(principal, event.server) : !maySee(principal, event)) return;
        stream.send(event, { id: event.id, event: event.type });
      };
      if (last !== undefined) events.since(last).forEach(tell);
      stream.signal.addEventListener("abort", events.subscribe(tell));
    },
  );
}

/** Events about tokens are for who may list them all. */
function maySee({ scopes, servers }: Principal, { type }: FleetEvent): boolean {
  return !type.startsWith("token.") || (scopes.has(Scope.Admin) && servers === undefined);
}
