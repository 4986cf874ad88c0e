/** Where servers find the proxy, in their own networks. */
export const PROXY = { host: "egress", port: 3_128 } as const;

/** One place outside that a server may reach. */
export interface EgressTarget {
  /** Lower-case DNS name, without the wildcard. */
  host: string;
  /** `*.host`: every name below the host, not the host itself. */
  wildcard: boolean;
  port: number;
}

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** Names that never leave a machine or a site, by their last labels. */
const PRIVATE_SUFFIXES = ["localhost", "local", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa"];

/** Why a host name is not acceptable as a public one, as "expected" text; undefined when it is. */
function hostProblem(host: string, wildcard: boolean): string | undefined {
  const labels = host.split(".");
  const last = labels.at(-1) ?? "";
  if (/^\d+$|^0x/.test(last) || host.includes(":") || host.startsWith("[")) {
    return "a DNS name; an address would bypass the check that the name leads to a public place";
  }
  if (host.length > 253 || !labels.every((label) => LABEL.test(label))) return "a DNS name in lower case";
  if (PRIVATE_SUFFIXES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`))) {
    return "a public DNS name; private names are never reachable through the egress proxy";
  }
  if (labels.length < 2) {
    return wildcard
      ? "a wildcard below a name with a dot, like *.example.com"
      : "a public DNS name with a dot; names without one are machines of a private network";
  }
}

/**
 * Reads `host:port` or `*.host:port`.
 * @returns the target, or what was expected instead
 */
export function parseEgress(text: string): EgressTarget | string {
  const [, star, host, digits] = /^(\*\.)?(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined) return "host:port, like api.example.com:443";
  const wildcard = star !== undefined;
  const problem = hostProblem(host, wildcard);
  if (problem) return problem;
  const port = Number(digits);
  if (port < 1 || port > 65_535) return "a port from 1 to 65535";
  return { host, wildcard, port };
}
