import { serverSchema } from "../../../api/schemas/servers";
import { Scope } from "../../../api/scopes";
import { serverOf } from "../access";
import { summary } from "../server-views";
import { type App, principalOf, type RouteContext } from "./context";
import { nameParams } from "./params";

const ACTIONS = [
  ["start", "Starts the server's companions, then its container"],
  ["stop", "Stops the server's container, then its companions, until somebody starts it; its sessions end"],
  ["restart", "Restarts the server's container, not its companions; its sessions end"],
] as const;

/** Starts and stops servers, whoever manages them. */
export function lifecycleRoutes(app: App, context: RouteContext): void {
  const { servers, lifecycle, serverHistory } = context;
  for (const [action, what] of ACTIONS) {
    app.post(
      `/v1/servers/:name/${action}`,
      {
        config: { access: Scope.Admin },
        schema: {
          tags: ["servers"],
          operationId: `${action}Server`,
          summary: what,
          description: "Answers when Docker is done, with the server's state at that moment.",
          params: nameParams,
          response: { 200: serverSchema },
        },
      },
      async (request) => {
        const principal = principalOf(request);
        const { name } = serverOf(servers, principal, request.params.name);
        serverHistory.asked(name, action, principal.name);
        return summary(await lifecycle[action](name), context);
      },
    );
  }
}
