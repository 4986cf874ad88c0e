import type { FastifyInstance, HTTPMethods } from "fastify";
import { HttpError } from "../http/problem";

const METHODS: HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * Makes a known path with another method a 405 with the right ones in Allow.
 * @param register adds the routes
 */
export function withAllow(app: FastifyInstance, register: () => void): void {
  const known = new Map<string, Set<string>>();
  let listening = true;
  app.addHook("onRoute", ({ url, method }) => {
    if (!listening) return;
    known.set(url, new Set([...(known.get(url) ?? []), ...[method].flat()]));
  });
  register();
  listening = false;
  for (const [url, methods] of known) {
    const allow = [...methods].join(", ");
    app.route({
      url,
      method: METHODS.filter((method) => !methods.has(method)),
      schema: { hide: true },
      config: { access: "authenticated" },
      handler: (request) => {
        throw new HttpError(405, `got ${request.method}, expected ${allow}`, { Allow: allow });
      },
    });
  }
}
