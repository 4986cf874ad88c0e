import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { AuditResult } from "../../../api/audit-result";
import type { Scope } from "../../../api/scopes";
import type { Streams } from "../../http/sse";
import type { Principal } from "../../security/principal";
import type { RestDeps } from "../deps";

/** What routes work with. */
export interface RouteContext extends RestDeps {
  streams: Streams;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** Who may use the route: holders of a token with this scope, of any token, or everybody. */
    access?: Scope | "authenticated" | "public";
  }
  interface FastifyRequest {
    /** Who asks; null on public routes. */
    principal: Principal | null;
    /** What the audit log is told beyond the path and the status. */
    audited: { server?: string; arguments?: unknown; result?: AuditResult } | null;
  }
}

/** What routes are registered on. */
export type App = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>;

/** Who asks, on a route that is not public. */
export function principalOf({ principal }: FastifyRequest): Principal {
  if (!principal) throw new Error("a public route asked for its principal");
  return principal;
}
