import { isIPv4 } from "node:net";
import { contains } from "../lib/addresses";
import { PRIVATE } from "../lib/special-addresses";
import { INNER_SUBNETS } from "./container/subnets";

/** Where servers find the proxy, in their own networks. */
export const PROXY = { host: "egress", port: 3_128 } as const;

/** In place of a host and port: every public host, on the ports of the web. */
export const PUBLIC = "public";
/** Those ports. */
export const WEB_PORTS = [80, 443];

/** One place outside that a server may reach. */
export interface EgressTarget {
  /** Lower-case DNS name, without the wildcard. */
  host: string;
  /** `*.host`: every name below the host, not the host itself. */
  wildcard: boolean;
  port: number;
  /**
   * A name or an address of a private network: only the stack's config opens it (`privateHosts`). A name that looks public
   * may be one as well, where the config says so.
   */
  isPrivate: boolean;
}

/** A host that a server reaches by its name alone, past no proxy of the program's own. */
export interface RelayedHost {
  host: string;
  ports: number[];
}

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** Names that never leave a machine or a site, by their last labels. */
export const PRIVATE_SUFFIXES = [
  "localhost",
  "local",
  "internal",
  "intranet",
  "lan",
  "home",
  "corp",
  "private",
  "home.arpa",
];

/** Names of the stack's own in every server's network. */
const OWN_NAMES: string[] = [PROXY.host, "database"];
const PRIVATE_ADDRESSES = [...PRIVATE, "100.64.0.0/10"];

function isPrivateName(host: string): boolean {
  return !host.includes(".") || PRIVATE_SUFFIXES.some((suffix) => host.endsWith(`.${suffix}`));
}

function isPrivateAddress(host: string): boolean {
  const isIn = (blocks: string[]): boolean => blocks.some((block) => contains(block, host));
  return isIPv4(host) && isIn(PRIVATE_ADDRESSES) && !isIn(Object.values(INNER_SUBNETS));
}

/** Returns what was expected instead of this host; undefined when it may be one, of the world or of a private network. */
function hostProblem(host: string, wildcard: boolean): string | undefined {
  const labels = host.split(".");
  const last = labels.at(-1) ?? "";
  if (/^\d+$|^0x/.test(last) || host.includes(":") || host.startsWith("[")) {
    if (!wildcard && isPrivateAddress(host)) return undefined;
    return "a DNS name; an address would bypass the check that the name leads to a public place";
  }
  if (host.length > 253 || !labels.every((label) => LABEL.test(label))) return "a DNS name in lower case";
  if (last === "localhost" || OWN_NAMES.includes(host)) return "a host elsewhere; this name means the machine itself";
  if (wildcard && labels.length < 2) return "a wildcard below a name with a dot, like *.example.com";
  if (wildcard && isPrivateName(host)) return "a public DNS name; private names are named one by one";
}

/**
 * Reads `host:port` or `*.host:port`.
 * @returns the target, or what was expected instead
 */
export function parseEgress(text: string): EgressTarget | string {
  const [, star, host, digits] = /^(\*\.)?(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined) return "host:port, like api.example.com:443, or public";
  const wildcard = star !== undefined;
  const problem = hostProblem(host, wildcard);
  if (problem) return problem;
  const port = Number(digits);
  if (port < 1 || port > 65_535) return "a port from 1 to 65535";
  return { host, wildcard, port, isPrivate: isIPv4(host) || isPrivateName(host) };
}

/** What of a manifest says which programs get out that know no proxy. */
export interface Relayed {
  egress: string[];
  /** @default false */
  transparentEgress?: boolean;
}

/**
 * The hosts that programs reach by name which know no proxy: those listed with a port that is not of the web, where mail,
 * databases and SSH are. Their web ports are among the ports then, as the name leads to the relay for all of them. With
 * `transparentEgress` all listed hosts.
 */
export function relayedHosts({ egress, transparentEgress = false }: Relayed): RelayedHost[] {
  const ports = new Map<string, number[]>();
  for (const text of egress) {
    const target = text === PUBLIC ? undefined : parseEgress(text);
    if (target === undefined || typeof target === "string" || target.wildcard || isIPv4(target.host)) continue;
    if (target.port === PROXY.port) continue; // the proxy itself is there
    ports.set(target.host, [...(ports.get(target.host) ?? []), target.port]);
  }
  return [...ports]
    .map(([host, all]) => ({ host, ports: all }))
    .filter((relayed) => transparentEgress || relayed.ports.some((port) => !WEB_PORTS.includes(port)));
}

/** The ports on which the relay takes the host's name out of TLS or HTTP, whatever name it is; the proxy judges it. */
export function transparentPorts({ egress, transparentEgress = false }: Relayed): number[] {
  if (!transparentEgress) return [];
  const targets = egress.map(parseEgress).filter((target) => typeof target === "object");
  const wildcards = targets.filter(({ wildcard, port }) => wildcard && port !== PROXY.port).map(({ port }) => port);
  return [...new Set([...WEB_PORTS, ...wildcards])];
}
