import { z } from "zod";
import { pageOf } from "../../../api/schemas/parts";
import { madeTokenSchema, tokenSchema } from "../../../api/schemas/tokens";
import { Scope } from "../../../api/scopes";
import { tokenSchema as storedTokenSchema } from "../../../config/orchestrator-config";
import { line } from "../../../lib/schema-parts";
import { HttpError, InvalidInput } from "../../http/problem";
import { MOST_TOKENS, principalName } from "../../security/api-tokens/api-tokens";
import { narrowed, oversees } from "../../security/api-tokens/token-rights";
import { page, pageQuery } from "../pagination";
import { tokenView, tokenViews } from "../token-views";
import { type App, principalOf, type RouteContext } from "./context";

const tags = ["tokens"];
const END = "a time to come, like 2027-01-31T10:00:00Z";

const tokenBody = storedTokenSchema
  .omit({ sha256: true })
  .extend({
    label: line(200).optional().describe("What it is for"),
    expiresAt: z.iso
      .datetime({ offset: true, error: END })
      .optional()
      .describe("From then on it is refused, and what it opened ends. Default: the maker's end, if it has one"),
  })
  .strict();

/** Who may use what: the stack's tokens, and those that are made here. */
export function tokenRoutes(app: App, context: RouteContext): void {
  const { apiTokens, uses, events } = context;

  app.get(
    "/v1/tokens",
    {
      config: { access: Scope.Admin },
      schema: {
        tags,
        operationId: "listTokens",
        summary: "All tokens: what each may do, and when it was last used",
        description:
          "Those of the stack and those that were made here; a token for some servers sees only tokens for these.",
        querystring: z.strictObject(pageQuery),
        response: { 200: pageOf(tokenSchema) },
      },
    },
    (request) => {
      const seen = tokenViews(context).filter(({ servers }) => oversees(principalOf(request), servers));
      return page(seen, ({ source, name }) => `${source} ${name}`, request.query.limit, request.query.cursor);
    },
  );

  app.post(
    "/v1/tokens",
    {
      config: { access: Scope.Admin },
      schema: {
        tags,
        operationId: "makeToken",
        summary: "Makes a token; only this answer has its value",
        description:
          "It may do no more than the token that makes it, and lasts no longer. Where `servers` or `tools` are left out, it " +
          "has its maker's. It takes part in the limits as every token does.",
        body: tokenBody,
        response: { 201: madeTokenSchema },
      },
    },
    async (request, reply) => {
      const maker = principalOf(request);
      const { expiresAt, ...wanted } = request.body;
      const until = expiresAt === undefined ? undefined : Date.parse(expiresAt);
      const { rights, problems } = narrowed(maker, { ...wanted, until });
      if (until !== undefined && until <= Date.now())
        problems.push({ path: ["expiresAt"], got: JSON.stringify(expiresAt), expected: END });
      if (problems.length > 0) throw new InvalidInput(422, problems);
      const { name, label } = wanted;
      if (apiTokens.has(name))
        throw new HttpError(409, `there is a token ${name} already: revoke it first, or take another name`);
      if (apiTokens.isFull) throw new HttpError(409, `there are ${MOST_TOKENS} tokens already: revoke one first`);
      request.audited = { token: principalName(name) };
      uses.forget(principalName(name));
      const { token, kept } = stored(() => apiTokens.make({ name, label, ...rights }, maker.name), "no token was made");
      events.emit("token.made", undefined, { token: principalName(name) });
      return reply.status(201).send({ ...tokenView(kept, context), token });
    },
  );

  app.delete(
    "/v1/tokens/:token",
    {
      config: { access: Scope.Admin },
      schema: {
        tags,
        operationId: "revokeToken",
        summary: "Revokes a token that was made through this API; what it opened ends",
        description:
          "Its sessions, streams and sign-ins on the page end at once. A token of the stack is 409: the stack has it.",
        params: z.object({ token: z.string().describe("Name of the token") }),
        response: { 204: z.null().describe("Revoked") },
      },
    },
    async (request, reply) => {
      const asker = principalOf(request);
      const name = request.params.token;
      const seen = tokenViews(context).filter((one) => one.name === name && oversees(asker, one.servers));
      const found = seen.find(({ source }) => source === "api");
      if (!found) throw seen.length > 0 ? ofTheStack(name) : unknown(name);
      if (found.principal === asker.name) throw new HttpError(409, "a token does not revoke itself: use another one");
      request.audited = { token: found.principal };
      uses.forget(found.principal);
      stored(() => apiTokens.revoke(name), `${name} is revoked until the orchestrator starts again`);
      return reply.status(204).send(null);
    },
  );
}

/** @throws HttpError 507 when the disk does not take it @param else what is the case then */
function stored<Value>(store: () => Value, otherwise: string): Value {
  try {
    return store();
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : "it fails";
    throw new HttpError(507, `${otherwise}: the orchestrator's disk does not take it (${why})`);
  }
}

const ofTheStack = (name: string): HttpError =>
  new HttpError(409, `${name} is a token of the stack: take it out of the config's tokens, and run bin/dind-mcp up`);

const unknown = (name: string): HttpError =>
  new HttpError(404, `there is no token ${JSON.stringify(name)}; GET /v1/tokens lists them`);
