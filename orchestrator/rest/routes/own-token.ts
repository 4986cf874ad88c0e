import { signInLinkSchema, tokenInfoSchema } from "../../../api/schemas/tokens";
import { HttpError } from "../../http/problem";
import { type App, principalOf, type RouteContext } from "./context";

const tags = ["status"];

/** The request's own token: what it may do, and how its holder gets to the page. */
export function ownTokenRoutes(app: App, { config, links }: RouteContext): void {
  app.get(
    "/v1/token",
    {
      config: { access: "authenticated" },
      schema: {
        tags,
        operationId: "getToken",
        summary: "What the request's token may do",
        response: { 200: tokenInfoSchema },
      },
    },
    (request) => {
      const { name, scopes, servers, tools } = principalOf(request);
      return { name, scopes: [...scopes], servers: servers && [...servers], tools };
    },
  );

  app.post(
    "/v1/sign-in-links",
    {
      config: { access: "authenticated" },
      schema: {
        tags,
        operationId: "makeSignInLink",
        summary: "Makes a link that signs in on the page, once, with the request's token",
        response: { 201: signInLinkSchema },
      },
    },
    async (request, reply) => {
      if (config.pageUrl === undefined) throw new HttpError(404, "there is no page: pagePort is off");
      const { code, seconds } = links.make((request.headers.authorization ?? "").replace(/^bearer +/i, ""));
      // Behind the #, so that it gets into no log on the way.
      reply.status(201);
      return { url: `${config.pageUrl}/#sign-in=${code}`, seconds };
    },
  );
}
