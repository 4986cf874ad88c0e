import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { Scope } from "../../../api/scopes";
import { HttpError } from "../../http/problem";
import { HOW } from "../../security/guard";
import { pathOf, resourceMetadata } from "../../security/resource-metadata";
import { readiness } from "../readiness";
import type { App, RouteContext } from "./context";

const tags = ["status"];
const part = z.object({ ready: z.boolean(), state: z.string() });
const readySchema = z.object({ ready: z.boolean(), engine: part, audit: part }).meta({ id: "Readiness" });

/** Probes, version, and where clients find out about tokens. */
export function statusRoutes(app: App, { config, engine, audit }: RouteContext): void {
  app.get(
    "/healthz",
    {
      config: { access: "public" },
      schema: {
        tags,
        operationId: "health",
        summary: "The process is alive",
        response: { 200: z.object({ alive: z.literal(true) }) },
      },
    },
    () => ({ alive: true as const }),
  );

  const ask = readiness({ engine, audit });
  app.get(
    "/readyz",
    {
      config: { access: "public" },
      schema: {
        tags,
        operationId: "readiness",
        summary: "Whether requests can be served, by what they need",
        description:
          "503 when the engine does not answer. A full disk of the audit log is reported, and stops nothing.",
        response: { 200: readySchema, 503: readySchema },
      },
    },
    async (_request, reply) => {
      const answer = await ask();
      return reply.status(answer.ready ? 200 : 503).send(answer);
    },
  );

  // RFC 9728: tells a client who gives out tokens, for this service or for the resource whose path follows.
  const metadata = (request: FastifyRequest) => {
    const found = resourceMetadata(config, pathOf(request.url));
    if (!found) throw new HttpError(404, `there is no such document: ${instead}`);
    return found;
  };
  // Clients without a token try these paths next.
  const instead = config.oauth
    ? `the OAuth issuer has it (${config.oauth.issuer})`
    : `tokens here are not given out by OAuth, ${HOW}`;
  const elsewhere = () => {
    throw new HttpError(404, `there is no OAuth server here: ${instead}`);
  };
  for (const url of ["/register", "/token"])
    app.post(url, { config: { access: "public" }, schema: { hide: true } }, elsewhere);
  app.get("/authorize", { config: { access: "public" }, schema: { hide: true } }, elsewhere);
  // Needs no token: clients look for several documents here before they have one.
  for (const resource of ["", "/mcp", "/sse", "/servers/:name/mcp", "/servers/:name/sse"])
    app.get(`${resource}/.well-known/*`, { config: { access: "public" }, schema: { hide: true } }, metadata);

  app.get(
    "/v1/version",
    {
      config: { access: Scope.Read },
      schema: {
        tags,
        operationId: "getVersion",
        summary: "What runs here",
        response: {
          200: z.object({ version: z.string(), stack: z.string().describe("project/stack"), node: z.string() }),
        },
      },
    },
    () => ({ version: config.version, stack: config.stack, node: process.versions.node }),
  );
}
