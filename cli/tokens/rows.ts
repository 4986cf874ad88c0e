import type { z } from "zod";
import type { tokenSchema } from "../../api/schemas/tokens";
import { table } from "../output";

export type Token = z.output<typeof tokenSchema>;

/** The table of `tokens list`. @param now milliseconds since 1970 */
export function tokenRows(tokens: Token[], now = Date.now()): string {
  return table(
    ["TOKEN", "FROM", "SCOPES", "SERVERS", "TOOLS", "LAST USE", "EXPIRES", "LABEL"],
    tokens.map(({ name, source, scopes, servers, tools, lastUsedAt, expiresAt, label }) => [
      ...[name, source, scopes.join(","), servers?.join(",") ?? "all", toolsOf(tools), short(lastUsedAt) ?? ""],
      ...[expiresAt && Date.parse(expiresAt) <= now ? "over" : (short(expiresAt) ?? "never"), label ?? ""],
    ]),
  );
}

function toolsOf(tools: Token["tools"]): string {
  const { allow, deny = [] } = tools ?? {};
  return [...(allow ?? ["all"]), ...deny.map((tool) => `not ${tool}`)].join(",");
}

/** An RFC 3339 time without fractions. */
const short = (time: string | undefined): string | undefined => time?.slice(0, 19);
