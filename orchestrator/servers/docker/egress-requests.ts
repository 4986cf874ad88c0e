import { contains } from "../../../lib/addresses";
import { parseEgress } from "../../../manifest/egress-hosts";

/** What became of requests, for the same place and the same reason. */
export interface EgressPlace {
  /** As the server asked for it. */
  host: string;
  port: number;
  /** `failed`: the proxy allowed it, and nobody answered. */
  outcome: "allowed" | "refused" | "failed";
  /** Why not; absent when allowed. */
  reason?: string;
  count: number;
  /** Of these: in the last hour. */
  lastHour: number;
  /** Milliseconds since 1970, of the latest request. */
  last: number;
  /** The secrets that the proxy put into these requests, by name; absent when none. */
  keys?: string[];
  /** What to write into `egress` so that it is allowed; absent where no line of a manifest can. */
  add?: string;
}

/** The proxy's names for what it does not do (images/egress/errors, and squid's own), in words. */
const REASONS: Record<string, Pick<EgressPlace, "outcome" | "reason">> = {
  NOT_LISTED: { outcome: "refused", reason: "the manifest does not list it" },
  NO_NAME: { outcome: "refused", reason: "the connection names no host: neither TLS's server name nor HTTP's Host" },
  NO_WAY_OUT: { outcome: "refused", reason: "a companion without `egress: true` asked" },
  NOT_PUBLIC: { outcome: "refused", reason: "it leads to an address that is not public" },
  TOO_MANY: { outcome: "refused", reason: "64 connections were open" },
  NOT_HTTP: { outcome: "refused", reason: "neither http nor https nor a tunnel" },
  ERR_ACCESS_DENIED: { outcome: "refused", reason: "it is the proxy itself" },
  ERR_DNS_FAIL: { outcome: "failed", reason: "no address was found for the name" },
  ERR_CONNECT_FAIL: { outcome: "failed", reason: "nobody answers there" },
  ERR_SECURE_CONNECT_FAIL: { outcome: "failed", reason: "its TLS certificate is not right" },
};
/** The program did not wait for the whole answer, which is its own affair. */
const CLIENT_GONE = "ERR_CLIENT_GONE";
const HOUR_MS = 60 * 60 * 1_000;
/** Different places that are told: a server may ask for as many names as it likes. */
export const MOST_PLACES = 500;
/**
 * `seconds.ms client tag/status bytes method host:port error keys`, see manifest/proxy/squid-conf.ts. An error that has another
 * status than 403 begins with it, as in `429:TOO_MANY`. Only the squid that puts in keys tells them.
 */
const LINE = /^(\d+)\.(\d{3}) ([\d.]+) \S+\/\d+ \d+ \S+ (\S+):(\d+) (?:\d{3}:)?(\S+)(?: (\S+))?$/;

/**
 * What a server asked the egress proxy for: what was not allowed first, then the latest first.
 * @param lines of the proxy's access log
 * @param subnet the server's own network: the proxy knows a server by it
 * @param now milliseconds since 1970
 */
export function egressRequests(lines: Iterable<string>, subnet: string, now = Date.now()): EgressPlace[] {
  const places = new Map<string, EgressPlace>();
  for (const line of lines) {
    const [, seconds, milliseconds, client, host, digits, error, names = "-"] = LINE.exec(line) ?? [];
    if (!client || !host || !error || !contains(subnet, client)) continue;
    const last = Number(seconds) * 1_000 + Number(milliseconds);
    const key = `${host}:${digits} ${error} ${names}`;
    const known = places.get(key);
    const lately = last > now - HOUR_MS ? 1 : 0;
    if (known) Object.assign(known, { count: known.count + 1, lastHour: known.lastHour + lately, last });
    else if (places.size < MOST_PLACES)
      places.set(key, {
        ...place(host, Number(digits), error),
        ...(names === "-" ? {} : { keys: names.split(",") }),
        ...{ count: 1, lastHour: lately, last },
      });
  }
  return [...places.values()].sort((a, b) => rank(a) - rank(b) || b.last - a.last);
}

function place(host: string, port: number, error: string): Omit<EgressPlace, "count" | "lastHour" | "last"> {
  const allowed = { outcome: "allowed" } as const;
  const other = { outcome: "failed", reason: error.toLowerCase() } as const;
  const what = error === "-" || error === CLIENT_GONE ? allowed : (REASONS[error] ?? other);
  const line = `${host}:${port}`;
  const target = parseEgress(line);
  const add = error === "NOT_LISTED" && typeof target === "object" && !target.isPrivate ? { add: line } : {};
  return { host, port, ...what, ...add };
}

function rank({ outcome }: EgressPlace): number {
  return ["refused", "failed", "allowed"].indexOf(outcome);
}
