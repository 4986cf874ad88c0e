import { mayUse } from "../security/filters";
import type { Principal } from "../security/principal";

/** A sample's label `server`; a quote within another label's value has a backslash before it, so none looks like this. */
const SERVER = /^[^#{]+\{(?:.*,)?server="([^"]*)"/;

/** The lines of an exposition that a principal may see: the samples of its servers, and those of no server. */
export function visibleTo(principal: Principal, text: string): string {
  if (principal.servers === undefined) return text;
  const visible = (line: string): boolean => {
    const server = SERVER.exec(line)?.[1];
    return server === undefined || server === "" || mayUse(principal, server);
  };
  return text.split("\n").filter(visible).join("\n");
}
