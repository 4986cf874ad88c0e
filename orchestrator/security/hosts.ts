import { isIPv6 } from "node:net";

/** Name or address with an optional port, as a Host header has it. No user, no zone, no percent sign, no blank. */
const AUTHORITY = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?))(?::\d{1,5})?$/;
const ORIGIN = /^https?:\/\/([^/]*)$/;

/** One way to write each IPv6 address; everything else as it is. */
function canonical(host: string): string {
  return isIPv6(host) ? new URL(`http://[${host}]`).hostname.slice(1, -1) : host;
}

/** The host of `host:port`, lower-case and without brackets; undefined when it is not in the plain form. */
function hostOf(authority: string): string | undefined {
  const [, six, name] = AUTHORITY.exec(authority.toLowerCase()) ?? [];
  return six === undefined ? name : isIPv6(six) ? canonical(six) : undefined;
}

/**
 * The hosts and origins that requests may name. Names are compared as text: what is not listed is refused, also when
 * it would lead here (`2130706433`, `localhost.`, a name that someone points at this address).
 */
export class AllowedHosts {
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;

  /**
   * @param hosts names and addresses without ports; IPv6 with or without brackets
   * @param origins more origins, compared whole, like `https://app.example.com`
   */
  constructor(hosts: readonly string[], origins: readonly string[] = []) {
    this.#hosts = new Set(hosts.map((host) => canonical(host.toLowerCase().replace(/^\[(.*)\]$/, "$1"))));
    this.#origins = new Set(origins.map((origin) => origin.toLowerCase()));
  }

  /** Whether a Host header's value is one of the hosts, at any port. */
  host(header: string): boolean {
    const host = hostOf(header);
    return host !== undefined && this.#hosts.has(host);
  }

  /** Whether an Origin header's value is a page of one of the hosts, or one of the origins. `null` never is. */
  origin(header: string): boolean {
    const origin = header.toLowerCase();
    const authority = ORIGIN.exec(origin)?.[1];
    return (authority !== undefined && this.host(authority)) || (origin !== "null" && this.#origins.has(origin));
  }
}
