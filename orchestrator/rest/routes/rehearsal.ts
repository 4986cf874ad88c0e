import type { z } from "zod";
import { rehearsalSchema } from "../../../api/schemas/rehearsal";
import { Scope } from "../../../api/scopes";
import { asGatewayError } from "../../gateway/gateway-api";
import { ServerError, UncopyableError } from "../../servers/server-error";
import { serverOf } from "../access";
import { toolChanges } from "../tool-changes";
import { type App, principalOf, type RouteContext } from "./context";
import { nameParams } from "./params";

/** A newer image of a server, tried once beside the running one. */
export function rehearsalRoutes(app: App, { servers, learner, gateway }: RouteContext): void {
  app.post(
    "/v1/servers/:name/rehearsal",
    {
      config: { access: Scope.Admin },
      schema: {
        tags: ["servers"],
        operationId: "rehearseServer",
        summary: "Runs a newer image of the server once, as a throwaway copy without clients, and compares its tools",
        description:
          "The image is that which the engine has as mcp-NAME-rehearsal:next. The copy has the server's walls, ways out and " +
          "secrets, a user of its own, and a copy of its storage; no folder of the host. One at a time, and none beside one " +
          "that learns. The answer comes when the copy is gone again.",
        params: nameParams,
        response: { 200: rehearsalSchema },
      },
    },
    async (request) => {
      const { name } = serverOf(servers, principalOf(request), request.params.name);
      const running = await gateway.tools(name).catch(() => undefined);
      return await learner
        .rehearse(name, async (copy): Promise<z.infer<typeof rehearsalSchema>> => {
          const tools = await gateway.tools(copy).catch((error: unknown) => asGatewayError(error));
          if (tools instanceof Error) return { server: name, healthy: false, reason: tools.message };
          return { server: name, healthy: true, ...(running ? { tools: toolChanges(running, tools) } : {}) };
        })
        .catch((error: unknown) => {
          if (!(error instanceof ServerError)) throw error;
          const { message, logs } = error;
          if (error instanceof UncopyableError || error.status === 403)
            return { server: name, healthy: false, untried: message };
          if (error.status !== 422) throw error;
          return { server: name, healthy: false, reason: message, ...(logs ? { logs } : {}) };
        });
    },
  );
}
