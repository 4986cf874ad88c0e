import type { z } from "zod";
import type { tokenSchema } from "../../api/schemas/tokens";
import type { StoredToken } from "../../config/orchestrator-config";
import { principalName } from "../security/api-tokens/api-tokens";
import type { KeptToken } from "../security/api-tokens/token-file";
import type { RestDeps } from "./deps";

type TokenView = z.input<typeof tokenSchema>;
type Context = Pick<RestDeps, "tokens" | "apiTokens" | "uses">;

const isoOf = (time: number | undefined): string | undefined =>
  time === undefined ? undefined : new Date(time).toISOString();

/** A token as the API shows it: never its hash. */
export function tokenView(token: StoredToken | KeptToken, { uses }: Pick<Context, "uses">): TokenView {
  const { name, scopes, servers, tools } = token;
  const rights = { name, scopes, servers, tools };
  if (!("createdBy" in token)) return { ...rights, source: "stack", principal: name, lastUsedAt: isoOf(uses.of(name)) };
  const principal = principalName(name);
  return {
    ...rights,
    ...{ source: "api", principal, label: token.label, createdBy: token.createdBy },
    createdAt: isoOf(token.created),
    expiresAt: isoOf(token.until),
    lastUsedAt: isoOf(uses.of(principal)),
  };
}

/** All tokens, those of the stack and those of the API. */
export function tokenViews(context: Context): TokenView[] {
  return [...context.tokens, ...context.apiTokens.list()].map((token) => tokenView(token, context));
}
