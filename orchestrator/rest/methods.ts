import type { FastifyInstance, FastifyRequest, HTTPMethods } from "fastify";
import { HttpError } from "../http/problem";

const METHODS: HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"];

/**
 * Answers 405 for a known path with another method, and lists the right ones in Allow.
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
    const refuse = async ({ method }: FastifyRequest): Promise<never> => {
      throw new HttpError(405, `got ${method}, expected ${allow}`, { Allow: allow });
    };
    app.route({
      url,
      method: METHODS.filter((method) => !methods.has(method)),
      schema: { hide: true },
      config: { access: "authenticated" },
      onRequest: refuse, // before Fastify looks at the body
      handler: refuse,
    });
  }
}
