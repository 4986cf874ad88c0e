import { matchesPattern } from "../../lib/name-pattern";
import type { Principal } from "./principal";

/** Tells whether the principal's token lets it see and use the server. */
export function mayUse(principal: Principal, server: string): boolean {
  return principal.servers?.has(server) ?? true;
}

/**
 * True when the principal's token lets it see and call the tool. A denial wins. `server__tool` is unambiguous: a
 * server's name has no underscore.
 */
export function mayCall(principal: Principal, server: string, tool: string): boolean {
  if (!mayUse(principal, server)) return false;
  const { allow, deny } = principal.tools ?? {};
  if (!allow && !deny) return true;
  const name = `${server}__${tool}`;
  const hit = (pattern: string): boolean => matchesPattern(pattern, name);
  return (allow?.some(hit) ?? true) && !deny?.some(hit);
}
