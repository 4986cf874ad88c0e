import { parseCidr } from "../../lib/addresses";
import { NOT_PUBLIC } from "../../lib/special-addresses";
import { PROXY, parseEgress } from "../../manifest/egress-hosts";

/** What one server may reach. */
export interface EgressRule {
  server: string;
  /** The server's own network: requests are told apart by where they come from. */
  subnet: string;
  /** `host:port`, see egress-hosts.ts. */
  egress: string[];
}

export interface SquidOptions {
  /**
   * The proxy's address in the network that leads outside; all it sends goes out from there. A name that leads into
   * another server's network then still does not reach it: nothing there knows a way back to this address.
   */
  outgoingAddress?: string;
}

/** Everything but the servers' rules. The container's user is not root and its root file system is read-only. */
const SETTINGS = [
  `http_port 0.0.0.0:${PROXY.port}`,
  "visible_hostname egress",
  "pid_filename none",
  "coredump_dir /tmp",
  "netdb_filename none",
  "pinger_enable off",
  "digest_generation off",
  "max_filedescriptors 4096", // squid sizes its tables by it
  "shutdown_lifetime 1 second",
  // Who spoke with whom. Paths and queries may hold tokens.
  "logformat egress %ts.%03tu %>a %Ss/%03>Hs %<st %rm %>rd:%>rP",
  "access_log stdio:/dev/stdout logformat=egress",
  "cache_log stdio:/dev/stderr",
  "cache_store_log none",
  "logfile_rotate 0",
  "strip_query_terms on",
  // A way out, not a store.
  "cache deny all",
  "cache_mem 0",
  "memory_pools off",
  "quick_abort_min 0 KB", // nobody waits for the rest
  "quick_abort_max 0 KB",
  // The other side learns nothing of what is inside.
  "via off",
  "forwarded_for delete",
  "httpd_suppress_version_string on",
  "global_internal_static off", // or squid would answer some paths of allowed hosts itself
  "connect_timeout 10 seconds",
  "dns_timeout 10 seconds",
  // Also the least time that a name's address is kept: the checked address is the one that is connected to.
  "negative_dns_ttl 60 seconds",
  "positive_dns_ttl 5 minutes",
];

/** A server's lines. The texts that reach squid come out of parsers here, so none can carry a line of its own. */
function serverLines({ server, subnet, egress }: EgressRule): string[] {
  if (!/^[a-z0-9-]{1,32}$/.test(server))
    throw new RangeError(`got ${JSON.stringify(server)}, expected a server's name`);
  if (!parseCidr(subnet)) throw new RangeError(`${server}: got ${JSON.stringify(subnet)}, expected a subnet`);
  const lines = egress.flatMap((text, index) => {
    const target = parseEgress(text);
    if (typeof target === "string") throw new RangeError(`${server}: got ${JSON.stringify(text)}, expected ${target}`);
    const to = `${server}_${index + 1}`;
    // -n: an address in place of a name is refused, not looked up backwards.
    return [
      `acl ${to}_host dstdomain -n ${target.wildcard ? "." : ""}${target.host}`,
      ...(target.wildcard ? [`acl ${to}_itself dstdomain -n ${target.host}`] : []),
      `acl ${to}_port port ${target.port}`,
      // The address comes last: squid looks up allowed names only, because a look-up can carry data out.
      `http_access allow from_${server} ${to}_host ${target.wildcard ? `!${to}_itself ` : ""}${to}_port !refused`,
    ];
  });
  return [`acl from_${server} src ${subnet}`, ...lines];
}

/**
 * The configuration of the egress proxy: each server reaches the hosts of its own list, and nothing else. HTTPS passes
 * as an opaque tunnel (CONNECT), to the very same hosts and ports.
 * @throws RangeError when a rule was not checked before
 */
export function squidConf(rules: EgressRule[], { outgoingAddress }: SquidOptions = {}): string {
  if (outgoingAddress !== undefined && !parseCidr(`${outgoingAddress}/32`)) {
    throw new RangeError(`got ${JSON.stringify(outgoingAddress)}, expected an IPv4 address`);
  }
  const sorted = [...rules].sort((a, b) => (a.server < b.server ? -1 : 1));
  return [
    ...SETTINGS,
    ...(outgoingAddress ? [`tcp_outgoing_address ${outgoingAddress}`] : []),
    // The owner of an allowed name may point it anywhere, so squid checks the address as well.
    `acl refused dst ${NOT_PUBLIC.join(" ")}`,
    "acl plain proto HTTP", // no ftp: and the like through a proxy for the web
    "acl many maxconn 64", // one server's flood leaves the others their connections
    "http_access deny manager",
    "http_access deny !CONNECT !plain",
    "http_access deny many",
    ...sorted.flatMap(serverLines),
    "http_access deny all",
    "",
  ].join("\n");
}
