import { z } from "zod";

/** The `{name}` of a path. It may be any text, so that a name of no server is a 404, not a 400. */
export const nameParams = z.object({ name: z.string().describe("Name of the server") });

/** A body that may be left out, because all its members have defaults. */
export function optionalBody<Body extends z.ZodType>(body: Body) {
  return z.preprocess((given) => given ?? {}, body);
}
