import type { FastifyInstance } from "fastify";
import { parseJson } from "../../lib/json";
import { HttpError } from "../http/problem";

/**
 * Reads JSON bodies as Fastify does, except that an empty one is none: many clients send the content type with every
 * request, also with a DELETE. Where a body is needed, the route's schema misses it. A number is never another one: a
 * tool's argument may have more digits than a double.
 */
export function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser<string>("application/json", { parseAs: "string" }, (request, body, done) => {
    const text = body.replace(/^\uFEFF/, "");
    if (text === "") done(null, undefined);
    // Fastify's parser refuses what would change a prototype.
    else parse(request, text, (error) => (error ? done(error) : done(...exact(text))));
  });
}

/** It was checked to be JSON, but it may be nested too deeply for its numbers to be looked at. */
function exact(text: string): [Error | null, unknown?] {
  const value = parseJson(text);
  return value === undefined ? [new HttpError(400, "the body is nested too deeply")] : [null, value];
}
