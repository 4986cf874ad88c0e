import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { begunSignInSchema, signInAttemptSchema } from "../../../api/schemas/sign-in";
import { Scope } from "../../../api/scopes";
import { HttpError } from "../../http/problem";
import { serverOf } from "../access";
import { type App, principalOf, type RouteContext } from "./context";
import { nameParams } from "./params";

const tags = ["servers"];
const UNKNOWN = "This sign-in is not known here: it took too long, or was ended already. Begin again.";

/** What the issuer's answer may hold; the codes in it are good for one use, and only here. */
const broughtQuery = z.looseObject({ state: z.string().max(200).optional() });

/** For whom somebody signs in: the operator for all, and the holder of a token for that token. */
const KINDS = [
  { path: "login", access: Scope.Admin, own: false, ids: ["beginSignIn", "getSignIn", "signOut"], whose: "for all" },
  {
    ...{ path: "own-login", access: Scope.Mcp, own: true, ids: ["beginOwnSignIn", "getOwnSignIn", "signOutOwn"] },
    whose: "for the request's own token",
  },
] as const;

/** Signing in to remote servers. */
export function signInRoutes(app: App, context: RouteContext): void {
  for (const kind of KINDS) kindRoutes(app, context, kind);
  callbackRoute(app, context);
}

function kindRoutes(app: App, { servers, signIns }: RouteContext, kind: (typeof KINDS)[number]): void {
  const { path, access, own, whose } = kind;
  const [begin, get, signOut] = kind.ids;
  /** The server of the path, and who asks. */
  const asked = (request: FastifyRequest, name: string) => {
    const principal = principalOf(request);
    return { server: serverOf(servers, principal, name), by: { principal: principal.name, own } };
  };

  app.post(
    `/v1/servers/:name/${path}`,
    {
      config: { access },
      schema: {
        tags,
        operationId: begin,
        summary: `Begins to sign in to a remote server ${whose}: the answer says where, in a browser`,
        description:
          "The browser comes back to /v1/oauth/callback. 409 for a server whose manifest has no such `oauth`; 502 when the " +
          "server or its issuer does not do its part.",
        params: nameParams,
        response: { 201: begunSignInSchema },
      },
    },
    async (request, reply) => {
      const { server, by } = asked(request, request.params.name);
      return reply.status(201).send(await signIns.begin(server, by));
    },
  );

  app.get(
    `/v1/servers/:name/${path}/:id`,
    {
      config: { access },
      schema: {
        tags,
        operationId: get,
        summary: "How a sign-in goes that the same token began",
        params: nameParams.extend({ id: z.string() }),
        response: { 200: signInAttemptSchema },
      },
    },
    (request) => {
      const { server, by } = asked(request, request.params.name);
      const found = signIns.attempt(server, request.params.id, by);
      if (!found) throw new HttpError(404, "there is no such sign-in; it may be too long ago");
      return found;
    },
  );

  app.delete(
    `/v1/servers/:name/${path}`,
    {
      config: { access },
      schema: {
        tags,
        operationId: signOut,
        summary: `Forgets a sign-in at a remote server, ${whose}; its issuer is told, its sessions end`,
        params: nameParams,
        response: { 204: z.null().describe("Nobody is signed in") },
      },
    },
    async (request, reply) => {
      const { server, by } = asked(request, request.params.name);
      await signIns.signOut(server, by);
      return reply.status(204).send(null);
    },
  );
}

function callbackRoute(app: App, { signIns }: RouteContext): void {
  app.get(
    "/v1/oauth/callback",
    {
      config: { access: "public" },
      schema: {
        tags,
        operationId: "finishSignIn",
        summary: "Where a browser comes back to from an issuer; the state in the query is good once, for ten minutes",
        querystring: broughtQuery,
        response: { 200: z.string().describe("What to tell the person in front of the browser") },
      },
    },
    async (request, reply) => {
      const query = new URLSearchParams(request.raw.url?.split("?").slice(1).join("?"));
      const end = await signIns.finish(query);
      if (!end) throw new HttpError(404, UNKNOWN);
      reply.header("Referrer-Policy", "no-referrer").type("text/plain; charset=utf-8").serializer(String);
      if (end.failure !== undefined) return reply.send(`NOT signed in to ${end.server}: ${end.failure}\n`);
      const who = end.subject === undefined ? "" : ` as ${end.subject}`;
      return reply.send(`Signed in to ${end.server}${who}. You can close this window.\n`);
    },
  );
}
