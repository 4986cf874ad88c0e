import { z } from "zod";
import { logLineSchema } from "../../../api/schemas/logs";
import { Scope } from "../../../api/scopes";
import type { PrintedLine } from "../../gateway/gateway-api";
import { HttpError } from "../../http/problem";
import type { LogLine } from "../../servers/docker/logs";
import { serverOf } from "../access";
import { Exports } from "../exports";
import { logFile } from "../log-file";
import { type App, principalOf, type RouteContext } from "./context";
import { nameParams } from "./params";

/** Milliseconds that reading a log may take. */
const READ_MS = 10_000;
/** Logs that are sent as files at the same time: each is in memory, up to the 10 MB that a server's log may have. */
const EXPORTS = 2;
const TAIL = "a whole number from 0 to 10000";

const service = z.string().optional().describe("Of that companion in place of the server's own");
const logQuery = z.strictObject({
  tail: z.coerce
    .number(TAIL)
    .int(TAIL)
    .min(0, TAIL)
    .max(10_000, TAIL)
    .default(100)
    .describe("Latest lines to begin with"),
  since: z.iso
    .datetime({ offset: true, error: "a time like 2026-11-24T10:00:00Z" })
    .optional()
    .describe("None older than this"),
  service,
  follow: z
    .enum(["true", "false"], "true or false")
    .default("false")
    .transform((text) => text === "true")
    .describe("Go on as text/event-stream: each line an event"),
});

/** Lines that a stdio server printed where only messages belong, as lines of its log. */
function marked(printed: PrintedLine[]): LogLine[] {
  return printed.map(({ time, line }) => ({ time, stream: "stdout", line: `(not MCP) ${line}` }));
}

/** Puts lines among others, by their time. */
function merged(lines: LogLine[], others: LogLine[]): LogLine[] {
  return [...lines, ...others].sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
}

/** Yields all lines. @throws HttpError 504 when the engine does not give them in time */
async function* inTime(read: (signal: AbortSignal) => AsyncIterable<LogLine>): AsyncGenerator<LogLine> {
  const signal = AbortSignal.timeout(READ_MS);
  let isThere = false;
  for await (const line of read(signal)) {
    isThere = true; // with the first line the engine has given all
    yield line;
  }
  if (!isThere && signal.aborted) throw new HttpError(504, `the engine did not give the log in ${READ_MS / 1_000} s`);
}

/** Logs of servers. */
export function logRoutes(app: App, { servers, lifecycle, streams, log, gateway }: RouteContext): void {
  app.get(
    "/v1/servers/:name/logs",
    {
      config: { access: Scope.Read },
      exposeHeadRoute: false,
      schema: {
        tags: ["servers"],
        operationId: "getServerLogs",
        summary: "The log of the server's container, or of a companion's, oldest line first",
        description:
          "What the server's processes write to stderr, and an HTTP server's stdout. Of a stdio server also lines on stdout that " +
          "are no messages, marked with `(not MCP)`: the first three of each process, the latest 50 in all, cut to 80 " +
          "characters. Not with follow=true.",
        params: nameParams,
        querystring: logQuery,
        response: {
          200: {
            description: "The lines; with follow=true a stream of them",
            content: {
              "application/json": { schema: z.object({ items: z.array(logLineSchema) }) },
              "text/event-stream": { schema: z.unknown().describe("Events whose data is a LogLine") },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { name } = serverOf(servers, principalOf(request), request.params.name);
      const { follow, tail, since, service } = request.query;
      const options = { service, follow, tail, since: since === undefined ? undefined : Date.parse(since) };
      if (!follow) {
        const items: LogLine[] = [];
        const signal = AbortSignal.timeout(READ_MS);
        for await (const line of lifecycle.logs(name, { ...options, signal })) items.push(line);
        const own = service === undefined ? gateway.printed(name) : [];
        const printed = own.filter(({ time }) => Date.parse(time) >= (options.since ?? 0));
        return reply
          .type("application/json")
          .send({ items: tail === 0 ? [] : merged(items, marked(printed)).slice(-tail) });
      }
      reply.hijack();
      const stream = streams.open(reply.raw);
      if (stream.signal.aborted) return;
      try {
        for await (const line of lifecycle.logs(name, { ...options, signal: stream.signal })) stream.send(line);
      } catch (error) {
        // The answer has begun, so all we can do is end the stream. A client that went away is no fault.
        if (!stream.signal.aborted) log.error({ error, server: name }, "following a log failed");
      }
      stream.close();
    },
  );

  const exports = new Exports(EXPORTS);
  app.get(
    "/v1/servers/:name/logs/export",
    {
      config: { access: Scope.Read },
      exposeHeadRoute: false,
      schema: {
        tags: ["servers"],
        operationId: "exportServerLogs",
        summary: "All of the log that is kept, as a text file",
        description:
          "Oldest line first, each with its time before it; the same lines as without `export`, but all that the engine still " +
          `has. A transfer that breaks off is not whole. ${EXPORTS} at the same time; 503 above that.`,
        params: nameParams,
        querystring: z.strictObject({ service }),
        response: {
          200: {
            description: "The file",
            content: { "text/plain": { schema: z.unknown().describe("A line `TIME TEXT` for each line of the log") } },
          },
        },
      },
    },
    (request, reply) => {
      const { name } = serverOf(servers, principalOf(request), request.params.name);
      const { service } = request.query;
      const lines = inTime((signal) => lifecycle.logs(name, { service, tail: "all", signal }));
      const printed = service === undefined ? marked(gateway.printed(name)) : [];
      const type = "text/plain; charset=utf-8";
      return exports.send(reply, logFile(lines, merged([], printed)), type, `${service ?? name}.log`);
    },
  );
}
