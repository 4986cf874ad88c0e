import { mayUse } from "../security/filters";
import type { Principal } from "../security/principal";

/**
 * Finds a sample's label `server`. Quotes within label values have a backslash, so no value can look like this label.
 */
const SERVER = /^[^#{]+\{(?:.*,)?server="([^"]*)"/;

/**
 * Returns the lines of an exposition that a principal may see: samples of its servers, and samples without a server.
 */
export function visibleTo(principal: Principal, text: string): string {
  if (principal.servers === undefined) return text;
  const visible = (line: string): boolean => {
    const server = SERVER.exec(line)?.[1];
    return server === undefined || server === "" || mayUse(principal, server);
  };
  return text.split("\n").filter(visible).join("\n");
}
