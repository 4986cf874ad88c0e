import type { StoredToken } from "../../../config/orchestrator-config";
import type { Finding } from "../../../lib/findings";
import { matchesPattern } from "../../../lib/name-pattern";
import type { Principal } from "../principal";

/** What a token may do, and until when. */
export interface Rights extends Pick<StoredToken, "scopes" | "servers" | "tools"> {
  /** Milliseconds since 1970 from which on it is refused; undefined: never. */
  until?: number;
}

/**
 * Returns the rights that a new token gets: what is wanted, and where nothing is said, those of its maker.
 * @returns `problems`: each wish that goes beyond the maker's rights
 */
export function narrowed(maker: Principal, wanted: Rights): { rights: Rights; problems: Finding[] } {
  const { servers, tools, until } = maker;
  const deny = [...new Set([...(tools?.deny ?? []), ...(wanted.tools?.deny ?? [])])];
  const allow = wanted.tools?.allow ?? tools?.allow;
  const rights: Rights = {
    scopes: wanted.scopes,
    servers: wanted.servers ?? (servers && [...servers]),
    tools: allow || deny.length > 0 ? { ...(allow && { allow }), ...(deny.length > 0 && { deny }) } : undefined,
    until: wanted.until ?? until,
  };
  const problems = [
    ...beyond("scopes", wanted.scopes, (scope) => maker.scopes.has(scope)),
    ...beyond("servers", wanted.servers ?? [], (server) => servers?.has(server) ?? true),
    // A pattern that another one matches, its `*` taken as a letter, allows no more than that one.
    ...beyond("tools.allow", wanted.tools?.allow ?? [], (tool) => {
      return tools?.allow?.some((own) => matchesPattern(own, tool)) ?? true;
    }),
    ...beyond("expiresAt", wanted.until === undefined ? [] : [wanted.until], (end) => end <= (until ?? end), isoOf),
  ];
  return { rights, problems };
}

/** True when a principal may see and revoke a token: it is for no server that the principal does not see. */
export function oversees(asker: Principal, servers: Iterable<string> | undefined): boolean {
  const { servers: own } = asker;
  if (own === undefined) return true;
  return servers !== undefined && [...servers].every((server) => own.has(server));
}

function beyond<Item>(
  path: string,
  items: Item[],
  isWithin: (item: Item) => boolean,
  text: (item: Item) => string = String,
): Finding[] {
  const over = items.filter((item) => !isWithin(item));
  const expected = "no more than the token that makes it may do";
  return over.length > 0 ? [{ path: path.split("."), got: over.map(text).join(", "), expected }] : [];
}

const isoOf = (time: number): string => new Date(time).toISOString();
