import { refusalsSchema } from "../../../api/schemas/refusals";
import { Scope } from "../../../api/scopes";
import type { LogLine } from "../../servers/docker/logs";
import { allowing, refusals } from "../../servers/refusals/refusals";
import { serverOf } from "../access";
import { type App, principalOf, type RouteContext } from "./context";
import { nameParams } from "./params";

/** Lines of the server's log that are looked into, and milliseconds that reading them may take. */
const LINES = 2_000;
const READ_MS = 10_000;

/** What servers were kept from. */
export function refusalRoutes(app: App, context: RouteContext): void {
  const { servers, egress, lifecycle, heard, stats, storage } = context;
  app.get(
    "/v1/servers/:name/refusals",
    {
      config: { access: Scope.Read },
      schema: {
        tags: ["servers"],
        operationId: "getServerRefusals",
        summary: "What the server was kept from, and what in its manifest would allow it",
        description:
          "Hosts that the egress proxy refused; writes, programs and hosts that the latest 2000 lines of its log or the errors of " +
          "its tools tell of, in words of Node, Python, Go, Rust, sqlite and the usual tools; limits by the kernel's counters. What " +
          "a server keeps to itself is not known.",
        params: nameParams,
        response: { 200: refusalsSchema },
      },
    },
    async (request) => {
      const server = serverOf(servers, principalOf(request), request.params.name);
      const { name } = server;
      const log: LogLine[] = [];
      const options = { tail: LINES, signal: AbortSignal.timeout(READ_MS) };
      if (server.runtime.kind === "container") for await (const line of lifecycle.logs(name, options)) log.push(line);
      const { items: asked } = await egress.of(server);
      const measured = { usage: stats.server(name), storage: storage.of(server) };
      const all = refusals({ server, egress: asked, log, heard: heard.of(name), ...measured });
      const items = all.map(({ last, ...one }) => ({
        ...one,
        ...(last === undefined ? {} : { last: new Date(last).toISOString() }),
      }));
      return { items, add: allowing(all) };
    },
  );
}
