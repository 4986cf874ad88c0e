import { basename } from "node:path";
import { parseEgress } from "../egress-hosts";
import type { Inject, Secret } from "../part-types";
import { KEYS_FOLDER, TRUST_FOLDER } from "./key-folders";

/** A secret that the proxy puts into a server's requests. */
export interface ProxyKey extends Inject {
  /** The secret's name. */
  secret: string;
}

/** A server and its keys. */
export interface KeyRule {
  server: string;
  subnet: string;
  /** @default [] */
  keys?: ProxyKey[];
  privateHosts: string[];
}

/** The secrets of a server that the proxy keeps. */
export function proxyKeys({ secrets }: { secrets: Secret[] }): ProxyKey[] {
  return secrets.flatMap(({ name, inject }) => (inject ? [{ ...inject, secret: name }] : []));
}

/** What a key's ACLs begin with: those of a server's places are numbered. */
function placeNames({ server, keys = [] }: KeyRule): Map<string, string> {
  const places = [...new Set(keys.map(({ host }) => host))];
  return new Map(places.map((place, index) => [place, `${server}_key_${index + 1}`]));
}

/** Hosts whose TLS the proxy ends, each once: the only ones for which servers trust its authority. */
export function keyHosts(rules: KeyRule[]): string[] {
  const hosts = rules.flatMap(({ keys = [] }) => keys.map(({ host }) => host.replace(/:\d+$/, "")));
  return [...new Set(hosts)].sort();
}

/** The first of the ports on the proxy's loopback where the keys' squid listens, one for each server with keys. */
const FIRST_PORT = 4_001;

/** Servers with keys, each with its port and what both squids call it. */
function keyed(rules: KeyRule[]): { rule: KeyRule; port: number; peer: string }[] {
  const some = rules.filter(({ keys = [] }) => keys.length > 0).sort((a, b) => (a.server < b.server ? -1 : 1));
  return some.map((rule, index) => ({ rule, port: FIRST_PORT + index, peer: `${rule.server}_keys` }));
}

/** @throws RangeError for a place that was not checked before */
function placesOf(rule: KeyRule): { name: string; place: string; host: string; acls: string[] }[] {
  return [...placeNames(rule)].map(([place, name]) => {
    const target = parseEgress(place);
    if (typeof target === "string" || target.wildcard)
      throw new RangeError(`${rule.server}: got ${JSON.stringify(place)}, expected a host and port`);
    const { host, port } = target;
    return { name, place, host, acls: [`acl ${name}_host dstdomain -n ${host}`, `acl ${name}_port port ${port}`] };
  });
}

/**
 * Lines of the proxy that servers ask, behind their own: what it allows for the place of a key goes to the keys' squid, which does
 * nothing else. One squid cannot do both: on a port that may end TLS it answers refused tunnels in TLS too, where no program reads why.
 */
export function keyWays(rules: KeyRule[]): string[] {
  return keyed(rules).flatMap(({ rule, port, peer }) => [
    `cache_peer 127.0.0.1 parent ${port} 0 name=${peer} no-query no-digest no-netdb-exchange`,
    ...placesOf(rule).flatMap(({ name, acls }) => [
      ...acls,
      `acl ${name} all-of from_${rule.server} ${name}_host ${name}_port ends_in_tls`,
      `never_direct allow ${name}`,
      `cache_peer_access ${peer} allow ${name}`,
    ]),
    `cache_peer_access ${peer} deny all`,
  ]);
}

/**
 * Lines of the keys' squid. Where a tunnel's own host and TLS's server name are the host of a key, it ends TLS, and begins it again to
 * the host. Into requests whose host is that one, and no other, it puts the key in place of whatever the server sent. Squid writes the
 * Host header by the request's host. Tunnels with another server name pass unseen, and without a key.
 */
export function keyLines(rules: KeyRule[]): string[] {
  const tls = `tls-cert=${TRUST_FOLDER}/ca.pem tls-key=${KEYS_FOLDER}/ca.key generate-host-certificates=on dynamic_cert_mem_cache_size=1MB`;
  const lines = keyed(rules).flatMap(({ rule, port, peer }) => [
    `http_port 127.0.0.1:${port} name=${peer} ssl-bump ${tls}`,
    `acl ${peer} myportname ${peer}`,
    `note from ${rule.subnet.replace(/\/.*/, "")} ${peer}`, // for the log
    ...placesOf(rule).flatMap((place) => placeLines(rule, peer, place)),
  ]);
  return [
    "sslcrtd_program /usr/lib/squid/security_file_certgen -s /tmp/certificates -M 4MB",
    "sslcrtd_children 2 startup=1 idle=1",
    "logformat keys %ts.%03tu %{from}note %Ss/%03>Hs %<st %rm %>rd:%>rP %err_code %{key}note",
    "access_log stdio:/dev/stdout logformat=keys !CONNECT", // tunnels are in the log of the proxy that servers ask
    "acl hello at_step SslBump1",
    "acl trace method TRACE",
    "http_access deny trace", // the site would send the key back
    "ssl_bump peek hello",
    ...lines,
    "ssl_bump splice all",
    `include ${KEYS_FOLDER}/${HEADERS}`,
  ];
}

function placeLines(
  { keys = [], privateHosts }: KeyRule,
  peer: string,
  { name, place, host, acls }: ReturnType<typeof placesOf>[number],
): string[] {
  const here = keys.filter((key) => key.host === place);
  return [
    ...acls,
    `acl ${name}_server ssl::server_name --client-requested ${host}`,
    `acl ${name}_place all-of ${peer} ${name}_host ${name}_port`,
    `ssl_bump bump ${name}_place ${name}_server`,
    // Only this name in the certificate: the authority may sign no other.
    `sslproxy_cert_adapt setCommonName{${host}} ${name}_place`,
    `http_access allow ${name}_place known !${privateHosts.includes(place) ? "own" : "refused"}`,
    `acl ${name} all-of ${name}_place https_scheme`,
    `note key ${here.map(({ secret }) => secret).join(",")} ${name}`,
    ...here.map(({ header }) => `request_header_access ${header} deny ${name}`),
  ];
}

/** The file with the keys themselves: squid's configuration is readable in `docker inspect`. */
const HEADERS = "headers.conf";
/** Where the proxy finds more authorities than the public ones, when a key's host needs them. */
export const AUTHORITIES = `${KEYS_FOLDER}/authorities.pem`;

/** True when a host of a key has a certificate that no public authority has signed. */
export function hasAuthorities(rules: KeyRule[]): boolean {
  return rules.some(({ keys = [] }) => keys.some(({ ca }) => ca !== undefined));
}

type Values = Record<string, Record<string, string>>;

/** The authorities of such hosts, PEM. */
function authorities(rules: KeyRule[], secrets: Values): string {
  const texts = rules.flatMap(({ server, keys = [] }) =>
    keys.map(({ ca }) => (ca && secrets[server]?.[ca.secret]?.trim()) ?? ""),
  );
  return [...new Set(texts)].filter((text) => text !== "").join("\n");
}

/** Squid ends at a longer text in quotes, and with it every server's way out. That of `value` around the key may be 200 of them. */
const MOST = 2_048 - 200;

/** A text in quotes for squid, which may hold % codes and ${variables}; a backslash takes the next character as it is. */
function quoted(text: string): string {
  return text.replace(/[\\"{]/g, "\\$&").replaceAll("%", "%%");
}

/** Returns what a header may hold instead; undefined when this value can be one. */
export function headerProblem(value: string): string | undefined {
  if (value.trim() === "") return "a value";
  if (!/^[\t\x20-\x7e]*$/.test(value.trimEnd())) return "printable ASCII characters on one line";
  return quoted(value.trim()).length > MOST
    ? `at most ${MOST} characters, of which ", \\, { and % count twice`
    : undefined;
}

/**
 * The proxy's files: the keys, for squid to include, and the authorities. They are secret. None without keys.
 * @param secrets values by server and secret; a key without a value is left out
 * @throws RangeError for a value that no header can have, without showing it
 */
export function keyFiles(rules: KeyRule[], secrets: Values): Record<string, string> {
  if (keyHosts(rules).length === 0) return {};
  const more = hasAuthorities(rules) ? { [basename(AUTHORITIES)]: authorities(rules, secrets) } : {};
  return { [HEADERS]: headers(rules, secrets), ...more };
}

function headers(rules: KeyRule[], secrets: Values): string {
  const lines = rules.flatMap((rule) => {
    const names = placeNames(rule);
    return (rule.keys ?? []).flatMap(({ secret, host, header, value }) => {
      const given = secrets[rule.server]?.[secret];
      if (given === undefined) return [];
      const problem = headerProblem(given);
      if (problem) throw new RangeError(`secrets.${rule.server}.${secret}: expected ${problem}`);
      const text = value.replace("{}", () => given.trim());
      return [`request_header_add ${header} "${quoted(text)}" ${names.get(host)}`];
    });
  });
  return `${lines.join("\n")}\n`;
}
