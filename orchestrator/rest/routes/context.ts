import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { AuditResult } from "../../../api/audit-result";
import type { Scope } from "../../../api/scopes";
import type { Streams } from "../../http/sse";
import type { Principal } from "../../security/principal";
import type { RestDeps } from "../deps";

/** The services that routes use. */
export interface RouteContext extends RestDeps {
  streams: Streams;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** Who may use the route: holders of a token with this scope, of any token, or everybody. */
    access?: Scope | "authenticated" | "public";
    /** True when the body holds a tool's arguments, which may be many. @default false */
    takesArguments?: boolean;
  }
  interface FastifyRequest {
    /** The client's address. */
    client: string;
    /** The request's principal; null on public routes. */
    principal: Principal | null;
    /** Details for the audit log, beyond path and status. */
    audited: { server?: string; token?: string; arguments?: unknown; result?: AuditResult } | null;
  }
}

/** What routes are registered on. */
export type App = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>;

/** Returns the request's principal, on a route that is not public. */
export function principalOf({ principal }: FastifyRequest): Principal {
  if (!principal) throw new Error("a public route asked for its principal");
  return principal;
}
