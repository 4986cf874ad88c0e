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

/** Signing in to remote servers. */
export function signInRoutes(app: App, { servers, signIns }: RouteContext): void {
  app.post(
    "/v1/servers/:name/login",
    {
      config: { access: Scope.Admin },
      schema: {
        tags,
        operationId: "beginSignIn",
        summary: "Begins to sign in to a remote server: the answer says where, in a browser",
        description:
          "The browser comes back to /v1/oauth/callback. 409 for a server whose manifest has no `oauth`; 502 when the server " +
          "or its issuer does not do its part.",
        params: nameParams,
        response: { 201: begunSignInSchema },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const server = serverOf(servers, principal, request.params.name);
      return reply.status(201).send(await signIns.begin(server, principal.name));
    },
  );

  app.get(
    "/v1/servers/:name/login/:id",
    {
      config: { access: Scope.Admin },
      schema: {
        tags,
        operationId: "getSignIn",
        summary: "How a sign-in goes that the same token began",
        params: nameParams.extend({ id: z.string() }),
        response: { 200: signInAttemptSchema },
      },
    },
    (request) => {
      const principal = principalOf(request);
      const server = serverOf(servers, principal, request.params.name);
      const found = signIns.attempt(server, request.params.id, principal.name);
      if (!found) throw new HttpError(404, "there is no such sign-in; it may be too long ago");
      return found;
    },
  );

  app.delete(
    "/v1/servers/:name/login",
    {
      config: { access: Scope.Admin },
      schema: {
        tags,
        operationId: "signOut",
        summary: "Forgets the sign-in at a remote server, and tells its issuer; sessions with the server end",
        params: nameParams,
        response: { 204: z.null().describe("Nobody is signed in") },
      },
    },
    async (request, reply) => {
      await signIns.signOut(serverOf(servers, principalOf(request), request.params.name));
      return reply.status(204).send(null);
    },
  );

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
      if (!end) throw new HttpError(400, UNKNOWN);
      reply.header("Referrer-Policy", "no-referrer").type("text/plain; charset=utf-8").serializer(String);
      if (end.failure !== undefined) return reply.send(`NOT signed in to ${end.server}: ${end.failure}\n`);
      const who = end.subject === undefined ? "" : ` as ${end.subject}`;
      return reply.send(`Signed in to ${end.server}${who}. You can close this window.\n`);
    },
  );
}
