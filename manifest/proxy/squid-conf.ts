import { parseCidr } from "../../lib/addresses";
import { NOT_PUBLIC, PRIVATE } from "../../lib/special-addresses";
import { INNER_SUBNETS } from "../container/subnets";
import { PRIVATE_SUFFIXES, PROXY, WEB_PORTS } from "../egress-hosts";
import { type EgressRule, serverLines } from "./egress-lines";
import { AUTHORITIES, hasAuthorities, keyHosts, keyLines, keyWays } from "./key-lines";

export interface SquidOptions {
  /**
   * The proxy's address in the network that leads outside. It sends everything from there. So a name that resolves into
   * another server's network leads nowhere: nothing there knows a way back to this address.
   */
  outgoingAddress?: string;
  /** The engine's own network: not even a granted private host may lead there. */
  engineNetwork?: string;
}

/** Where a granted private host may be. */
const GRANTABLE = [...PRIVATE, "100.64.0.0/10", "fc00::/7"];
/** Where it may not be all the same: this machine, metadata services, the networks inside the engine. */
const NEVER = [...NOT_PUBLIC.filter((block) => !GRANTABLE.includes(block)), ...Object.values(INNER_SUBNETS)];

/** Everything but the servers' rules. The container's user is not root and its root file system is read-only. */
const SETTINGS = [
  "visible_hostname egress",
  "pid_filename none",
  "coredump_dir /tmp",
  "netdb_filename none",
  "pinger_enable off",
  "digest_generation off",
  "max_filedescriptors 4096", // squid sizes its tables by it
  "shutdown_lifetime 1 second",
  "cache_log stdio:/dev/stderr",
  "cache_store_log none",
  "logfile_rotate 0",
  "strip_query_terms on",
  // The proxy is a way out, not a store.
  "cache deny all",
  "cache_mem 0",
  "memory_pools off",
  "quick_abort_min 0 KB", // a download that nobody waits for ends
  "quick_abort_max 0 KB",
  // The other side learns nothing about the inside.
  "via off",
  "forwarded_for delete",
  "httpd_suppress_version_string on",
  "global_internal_static off", // or squid would answer some paths of allowed hosts itself
  "connect_timeout 10 seconds",
  "dns_timeout 10 seconds",
  // Also the shortest time that squid keeps a name's address, so that it connects to the very address it checked.
  "negative_dns_ttl 60 seconds",
  "positive_dns_ttl 5 minutes",
];

/** Closed unanswered, also where no request comes: else one server's idle connections take all that squid can have. */
const MOST = "client_ip_max_connections 128";

/** What is told of requests. */
const LOG = [
  // Only who spoke with whom: paths and queries may hold tokens.
  "logformat egress %ts.%03tu %>a %Ss/%03>Hs %<st %rm %>rd:%>rP %err_code",
  "acl itself src 127.0.0.1", // its health check
  "access_log stdio:/dev/stdout logformat=egress !itself",
];

/** What squid says in place of its own pages: the files of images/egress/errors. */
const REFUSALS = [
  "error_directory /usr/local/share/egress-errors",
  "deny_info NOT_LISTED all",
  "deny_info NOT_PUBLIC not_public",
  "deny_info NO_WAY_OUT no_way_out",
  "deny_info 503:ERR_DNS_FAIL no_address",
  "deny_info 429:TOO_MANY many",
  "deny_info NOT_HTTP web_scheme",
  // Squid calls every page of its own HTML. Those without an answer from elsewhere are ours.
  "acl own_page hier_code HIER_NONE",
  "reply_header_access Content-Type deny own_page",
  "reply_header_replace Content-Type text/plain;charset=utf-8",
];

/** What rules ask for. */
const ACLS = [
  // The owner of an allowed name may point it anywhere, so squid checks the address as well.
  `acl refused dst ${NOT_PUBLIC.join(" ")}`,
  // It has an address at all. Squid takes a failed look-up for "not refused", and would look the name up again to connect.
  "acl known dst all",
  "acl not_public src all", // is always true: it names the reason
  "acl no_address src all", // the same
  "acl no_way_out src all", // the same
  // The last label of a name begins with a letter; that of an address, in whichever way it is written, does not.
  "acl dns_name dstdom_regex -n -i ^([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\\.)+[a-z]([a-z0-9-]*[a-z0-9])?$",
  `acl private_name dstdom_regex -n -i (^|\\.)(${PRIVATE_SUFFIXES.join("|").replaceAll(".", "\\.")})$`,
  `acl web port ${WEB_PORTS.join(" ")}`,
  // Some programs, axios before 1.16 among them, ask the proxy for https URLs instead of a tunnel. No ftp: and the like.
  "acl web_scheme proto HTTP HTTPS",
  "acl https_scheme proto HTTPS",
  "acl ends_in_tls any-of CONNECT https_scheme",
  "acl many maxconn 64", // one server's flood leaves the others their connections
];

/** What both squids have. @throws RangeError for an address that was not checked before */
function common(rules: EgressRule[], { outgoingAddress, engineNetwork }: SquidOptions): string[] {
  if (outgoingAddress !== undefined && !parseCidr(`${outgoingAddress}/32`)) {
    throw new RangeError(`got ${JSON.stringify(outgoingAddress)}, expected an IPv4 address`);
  }
  if (engineNetwork !== undefined && !parseCidr(engineNetwork)) {
    throw new RangeError(`got ${JSON.stringify(engineNetwork)}, expected a subnet`);
  }
  return [
    ...SETTINGS,
    `tls_outgoing_options min-version=1.2${hasAuthorities(rules) ? ` cafile=${AUTHORITIES}` : ""}`,
    ...(outgoingAddress ? [`tcp_outgoing_address ${outgoingAddress}`] : []),
    ...ACLS,
    `acl own dst ${[...NEVER, ...(engineNetwork ? [engineNetwork] : [])].join(" ")}`,
    ...REFUSALS,
    "http_access deny manager",
    "http_access deny !CONNECT !web_scheme",
  ];
}

/**
 * The configuration of the egress proxy: each server reaches the hosts of its own list, and nothing else. HTTPS passes
 * as an opaque tunnel (CONNECT), to the very same hosts and ports; of programs that ask for https URLs instead, squid opens
 * the connection and checks the certificate.
 * @throws RangeError when a rule was not checked before
 */
export function squidConf(rules: EgressRule[], options: SquidOptions = {}): string {
  const sorted = [...rules].sort((a, b) => (a.server < b.server ? -1 : 1));
  return [
    `http_port 0.0.0.0:${PROXY.port}`,
    ...common([], options),
    ...LOG,
    MOST,
    "http_access deny many",
    ...sorted.flatMap(serverLines),
    ...keyWays(sorted),
    "http_access deny all",
    "",
  ].join("\n");
}

/**
 * The configuration of the second squid, which puts keys into requests (manifest/proxy/key-lines.ts); "" when no server has keys.
 * @throws RangeError when a rule was not checked before
 */
export function keysConf(rules: EgressRule[], options: SquidOptions = {}): string {
  if (keyHosts(rules).length === 0) return "";
  return [...common(rules, options), ...keyLines(rules), "http_access deny all", ""].join("\n");
}
