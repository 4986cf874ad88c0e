import { z } from "zod";

/** The `{name}` of a path. Any text: what is no server's name is 404, not 400. */
export const nameParams = z.object({ name: z.string().describe("Name of the server") });

/** A body that may be left out, when everything in it has a default. */
export function optionalBody<Body extends z.ZodType>(body: Body) {
  return z.preprocess((given) => given ?? {}, body);
}
