import { arrivalSchema } from "../../../api/schemas/arrival";
import { contains } from "../../../lib/addresses";
import { pathOf } from "../../security/resource-metadata";
import type { App, RouteContext } from "./context";

/** Headers whose values tell about the way of a request, and hold no secret. */
const SHOWN =
  /^(x-forwarded-|accept$|connection$|content-|forwarded$|host$|origin$|traceparent$|user-agent$|via$|x-request-id$|mcp-protocol-version$)/;
const LONGEST = 200;

/** What came of a request on its way: proxies in front change, add and lose headers. */
export function arrivalRoutes(app: App, { config }: RouteContext): void {
  app.get(
    "/v1/arrival",
    {
      config: { access: "authenticated" },
      schema: {
        tags: ["status"],
        operationId: "getArrival",
        summary: "How the request itself arrived: its client, Host and headers",
        response: { 200: arrivalSchema },
      },
    },
    ({ id, client, raw, headers }) => {
      const peer = raw.socket.remoteAddress ?? "unknown";
      return {
        ...{ id, client, peer, trusted: config.trustedProxies.some((block) => contains(block, peer)) },
        host: headers.host ?? "",
        path: pathOf(raw.url),
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, SHOWN.test(name) ? `${value}`.slice(0, LONGEST) : ""]),
        ),
      };
    },
  );
}
