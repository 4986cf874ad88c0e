import fastify, { type FastifyError, type FastifyInstance } from "fastify";
import { serializerCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { PROBLEM_TYPE } from "../../api/problem";
import { Scope } from "../../api/scopes";
import type { Front } from "../http/front";
import { HttpError, problemOf } from "../http/problem";
import { Streams } from "../http/sse";
import { isOfConnection } from "../last-resort";
import { isRejection, type Rejection } from "../security/principal";
import { pathOf } from "../security/resource-metadata";
import { auditChanges } from "./audit";
import type { RestDeps } from "./deps";
import { readJson } from "./json-body";
import { withAllow } from "./methods";
import { describeApi } from "./openapi";
import { registerRoutes } from "./routes";
import type { App } from "./routes/context";
import { validatorCompiler } from "./validation";
import { acceptYaml } from "./yaml-body";

function refuse({ status, detail, headers = {} }: Rejection): never {
  throw new HttpError(status, detail, headers);
}

/**
 * Everything but liveness and the description needs a token with the route's scope; an unknown path needs a token
 * too.
 */
function protect(app: FastifyInstance, { guard }: RestDeps): void {
  app.decorateRequest("client", "");
  app.decorateRequest("principal", null);
  app.decorateRequest("audited", null);
  app.addHook("onRequest", async (request, reply) => {
    request.client = guard.client(request.raw);
    const { access } = request.routeOptions.config;
    reply.headers({ "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" });
    if (access === "public") return;
    const scope = access === "authenticated" ? undefined : access;
    const who = await guard.authenticate(request.raw, scope ?? Scope.Read);
    if (isRejection(who)) refuse(who);
    request.principal = who;
    if (scope === undefined) return;
    const refused = guard.permit(who, scope, pathOf(request.url));
    if (refused) refuse(refused);
  });
}

/** Answers every error with a problem of RFC 9457. Faults of ours go to the log, without details for the caller. */
function answerErrors(app: FastifyInstance, { log }: RestDeps): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { body, headers, fault } = problemOf(error, request.id);
    // A client that went away in the middle of its body is no fault.
    if (fault && !(request.raw.destroyed && isOfConnection(error)))
      log.error({ error, request: request.id, url: pathOf(request.url) }, "a request failed");
    // Whatever the route says of its answer, nobody keeps an error.
    const all = { "Cache-Control": "no-store", ...headers };
    return reply.status(body.status).headers(all).type(PROBLEM_TYPE).serializer(JSON.stringify).send(body);
  });
  app.setNotFoundHandler((request) => {
    throw new HttpError(404, `there is nothing at ${request.method} ${request.url.split("?")[0]}; see /openapi.json`);
  });
}

/** Makes the REST API, ready to answer the front's requests. */
export async function createApp(front: Pick<Front, "server" | "rest">, deps: RestDeps): Promise<App> {
  const { version, publicUrl, limits } = deps.config;
  const app = fastify({
    serverFactory: (handler) => {
      front.rest = handler;
      return front.server;
    },
    // The front answers what Node cannot parse.
    clientErrorHandler: () => {},
    bodyLimit: limits.bodyBytes,
    requestIdHeader: "x-request-id",
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 300 },
    return503OnClosing: false,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  readJson(app);
  acceptYaml(app);

  const streams = new Streams();
  app.addHook("preClose", async () => streams.close());
  protect(app, deps);
  answerErrors(app, deps);
  auditChanges(app, deps.audit);
  await describeApi(app, version, publicUrl);
  withAllow(app, () => registerRoutes(app, { ...deps, streams }));
  await app.ready();
  return app;
}
