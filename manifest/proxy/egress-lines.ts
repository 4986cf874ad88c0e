import { contains, parseCidr } from "../../lib/addresses";
import { PUBLIC, parseEgress } from "../egress-hosts";
import type { ProxyKey } from "./key-lines";

/** What one server may reach. */
export interface EgressRule {
  server: string;
  /** The server's own network: requests are told apart by where they come from. */
  subnet: string;
  /** Addresses in it that have no way out all the same: companions that ask for none. @default [] */
  without?: string[];
  /** `host:port` or `public`, see egress-hosts.ts. */
  egress: string[];
  /** Those of them that may lead to a private address: the stack's config says so. */
  privateHosts: string[];
  /** Secrets that the proxy puts into its requests. @default [] */
  keys?: ProxyKey[];
}

/** ACLs of hosts and ports, and the names under which they are asked for. */
interface Place {
  acls: string[];
  names: string;
  /** The ACL of addresses that it may not lead to. */
  refused: string;
}

/** @throws RangeError for a text that was not checked before */
function placeOf(text: string, { server, privateHosts }: EgressRule, to: string): Place {
  if (text === PUBLIC) return { acls: [], names: "dns_name !private_name web", refused: "refused" };
  const target = parseEgress(text);
  if (typeof target === "string") throw new RangeError(`${server}: got ${JSON.stringify(text)}, expected ${target}`);
  const { host, wildcard, port, isPrivate } = target;
  const isGranted = privateHosts.includes(text);
  if (isPrivate && !isGranted) throw new RangeError(`${server}: got ${JSON.stringify(text)}, expected a public name`);
  return {
    // -n: an address in place of a name is refused, not looked up backwards.
    acls: [
      `acl ${to}_host dstdomain -n ${wildcard ? "." : ""}${host}`,
      ...(wildcard ? [`acl ${to}_itself dstdomain -n ${host}`] : []),
      `acl ${to}_port port ${port}`,
    ],
    names: `${to}_host ${wildcard ? `!${to}_itself ` : ""}${to}_port`,
    refused: isGranted ? "own" : "refused",
  };
}

/**
 * A server's lines. Every text for squid comes out of a parser, so none can smuggle in a line.
 * @throws RangeError when a rule was not checked before
 */
export function serverLines(rule: EgressRule): string[] {
  const { server, subnet, egress, without = [] } = rule;
  if (!/^[a-z0-9-]{1,32}$/.test(server))
    throw new RangeError(`got ${JSON.stringify(server)}, expected a server's name`);
  if (!parseCidr(subnet)) throw new RangeError(`${server}: got ${JSON.stringify(subnet)}, expected a subnet`);
  const stray = without.find((address) => !contains(subnet, address));
  if (stray !== undefined)
    throw new RangeError(`${server}: got ${JSON.stringify(stray)}, expected an address of ${subnet}`);
  const from = `from_${server}`;
  const lines = egress.flatMap((text, index) => {
    const { acls, names, refused } = placeOf(text, rule, `${server}_${index + 1}`);
    return [
      ...acls,
      // The address comes last: squid looks up allowed names only, because a look-up can carry data out.
      `http_access allow ${from} ${names} known !${refused}`,
      // These say why.
      `http_access deny ${from} ${names} known not_public`,
      `http_access deny ${from} ${names} no_address`,
    ];
  });
  const denied = [`acl without_${server} src ${without.join(" ")}`, `http_access deny without_${server} no_way_out`];
  return [...(without.length > 0 ? denied : []), `acl ${from} src ${subnet}`, ...lines];
}
