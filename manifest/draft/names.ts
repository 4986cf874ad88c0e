import { oneLine } from "../../lib/plain-text";

/** Characters of a manifest's description. */
const DESCRIPTION = 100;

/** Parts that many names of MCP servers share, and that say nothing. */
const COMMON = /^(mcp-server|server|mcp)$/;

/**
 * "everything" of "@modelcontextprotocol/server-everything": the name without those parts. When nothing is left, the
 * scope: "playwright" of "@playwright/mcp".
 */
export function shortName(name: string): string {
  const [last = "", scope = ""] = name
    .split("/")
    .reverse()
    .map((part) => part.replace(/[^A-Za-z0-9.-]+/g, "-"));
  const own = COMMON.test(last) && scope ? scope.replace(/^-/, "") : last;
  return own.replace(/^(mcp-server-|server-|mcp-)(?=.)/, "").replace(/(?<=.)(-mcp-server|-server|-mcp)$/, "") || own;
}

/** Longer names: "postgres-mcp" where there is a "postgres", then with the scope before it. */
export function longNames(name: string): string[] {
  const [last = "", scope] = name.toLowerCase().replace(/^@/, "").split("/").reverse();
  return [last, ...(scope ? [`${scope}-${last}`] : [])].map((one) => one.replace(/[^a-z0-9]+/g, "-"));
}

/** A description of any length as a manifest's: one line, cut with three dots. */
export function shortDescription(text: string): string {
  const line = oneLine(text);
  return line.length > DESCRIPTION ? `${oneLine(line, DESCRIPTION - 3)}...` : line;
}
