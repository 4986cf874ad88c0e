import { z } from "zod";
import { callTraceSchema } from "../../../api/schemas/calls";
import { Scope } from "../../../api/scopes";
import { HttpError } from "../../http/problem";
import { type App, principalOf, type RouteContext } from "./context";

/** Where a call's time went. */
export function callRoutes(app: App, { gateway }: RouteContext): void {
  app.get(
    "/v1/calls/:request",
    {
      config: { access: Scope.Read },
      schema: {
        tags: ["audit"],
        operationId: "getCall",
        summary: "Where one call's time went: client, gateway, server",
        description:
          "Of the latest 2,000 MCP requests and tool calls by REST since the orchestrator's start. `request` is the id of the audit log and of " +
          "X-Request-Id. A batch has several calls; a client may have chosen the same id twice.",
        params: z.object({ request: z.string().describe("The request's id, as in the audit log") }),
        response: { 200: z.object({ items: z.array(callTraceSchema) }) },
      },
    },
    (request) => {
      const { servers } = principalOf(request);
      const id = request.params.request;
      const seen = gateway
        .traces(id)
        .filter(({ server }) => servers === undefined || (server !== undefined && servers.has(server)));
      if (seen.length > 0) return { items: seen };
      const detail = "only the latest calls since the orchestrator's start are kept";
      throw new HttpError(404, `there is no trace of a request ${JSON.stringify(id.slice(0, 64))}: ${detail}`);
    },
  );
}
