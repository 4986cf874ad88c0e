import type { FastifyInstance, FastifyRequest } from "fastify";
import { parseExactly } from "../../lib/exact-json";
import { excess } from "../../lib/json-size";
import { HttpError } from "../http/problem";

/** Of the arguments of a tool: with more of both, reading 4 MiB took 1 to 4 seconds, in which nobody else was served. */
const ARGUMENTS = { values: 50_000, levels: 200 };
/** Of any other body, such as a manifest. To say what is wrong with a value takes longer than to read it. */
const MOST = { values: 5_000, levels: 200 };
/** Matches texts that may have a key that would change a prototype; an escape may spell it. */
const SUSPECT = /__proto__|constructor|\\u/;

const mostOf = ({ routeOptions }: FastifyRequest): typeof MOST =>
  routeOptions.config.takesArguments ? ARGUMENTS : MOST;

/**
 * Reads JSON bodies as Fastify does, except that an empty one is none: many clients send the content type with every
 * request, also with a DELETE. Where a body is needed, the route's schema misses it. A number is never another one: a
 * tool's argument may have more digits than a double. A text is parsed once.
 */
export function readJson(app: FastifyInstance): void {
  app.addContentTypeParser<string>(
    "application/json",
    { parseAs: "string" },
    async (request: FastifyRequest, body: string) => {
      const text = body.replace(/^\uFEFF/, "");
      if (text === "") return undefined;
      const tooMuch = excess(text, mostOf(request));
      if (tooMuch) throw new HttpError(400, `got ${tooMuch}, expected no more than that`);
      const value = parsed(text);
      // Validation could not tell it from a body that was left out: Fastify hands both on as null.
      if (value === null) throw new HttpError(400, "got null, expected an object");
      if (SUSPECT.test(text) && changesPrototype(value))
        throw new HttpError(
          422, // JSON it is, and no schema can say this
          "got a key __proto__ or constructor.prototype, expected none: it would change a prototype",
        );
      return value;
    },
  );
}

function parsed(text: string): unknown {
  try {
    return parseExactly(text);
  } catch (error) {
    // V8's message also shows a piece of the text, which may be a secret.
    const [where = ""] = / at position \d+/.exec((error as Error).message) ?? [];
    throw new HttpError(
      400,
      `the body is no JSON, although Content-Type says so: it goes wrong${where || " at its end"}`,
    );
  }
}

/** True when an object at any depth has a key that libraries which copy objects take for the prototype. */
function changesPrototype(root: unknown): boolean {
  const open = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) continue;
    if (Object.hasOwn(value, "__proto__")) return true;
    const made = Object.hasOwn(value, "constructor") ? (value as { constructor: unknown }).constructor : undefined;
    if (typeof made === "object" && made !== null && Object.hasOwn(made, "prototype")) return true;
    for (const inner of Object.values(value)) open.push(inner);
  }
  return false;
}
