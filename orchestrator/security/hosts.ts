import { isIPv6 } from "node:net";

/** A Host header: a name or address with an optional port, without user, zone, percent sign or blank. */
const AUTHORITY = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?))(?::\d{1,5})?$/;
const ORIGIN = /^https?:\/\/([^/]*)$/;

/** Returns an IPv6 address in its one canonical form; any other text unchanged. */
function canonical(host: string): string {
  return isIPv6(host) ? new URL(`http://[${host}]`).hostname.slice(1, -1) : host;
}

/** Returns the host of `host:port`, in lower case and without brackets; undefined when the text has another form. */
function hostOf(authority: string): string | undefined {
  const [, six, name] = AUTHORITY.exec(authority.toLowerCase()) ?? [];
  return six === undefined ? name : isIPv6(six) ? canonical(six) : undefined;
}

/**
 * The hosts and origins that requests may name. They are compared as text. Any other name is refused, even if it leads
 * here, like `2130706433`, `localhost.`, or a name that someone points at this address.
 */
export class AllowedHosts {
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;
  /** The Host that was allowed last: mostly the next one is the same. */
  #lastHost: string | undefined;

  /**
   * @param hosts names and addresses without ports; IPv6 with or without brackets
   * @param origins further origins, compared as a whole, like `https://app.example.com`
   */
  constructor(hosts: readonly string[], origins: readonly string[] = []) {
    this.#hosts = new Set(hosts.map((host) => canonical(host.toLowerCase().replace(/^\[(.*)\]$/, "$1"))));
    this.#origins = new Set(origins.map((origin) => origin.toLowerCase()));
  }

  /** Tells whether a Host header names one of the hosts, at any port. */
  host(header: string): boolean {
    if (header === this.#lastHost) return true;
    const host = hostOf(header);
    const isAllowed = host !== undefined && this.#hosts.has(host);
    if (isAllowed) this.#lastHost = header;
    return isAllowed;
  }

  /** Tells whether an Origin header names one of the hosts or of the origins. `null` never passes. */
  origin(header: string): boolean {
    const origin = header.toLowerCase();
    const authority = ORIGIN.exec(origin)?.[1];
    return (authority !== undefined && this.host(authority)) || (origin !== "null" && this.#origins.has(origin));
  }
}
