import { prefixOf } from "../../api/paths";
import { reachable } from "../endpoints";
import type { Settings } from "../settings";
import { METADATA } from "./limits";

/** What a proxy has to know of the fleet. Every proxy's file is made of this. */
export interface Site {
  /** How clients reach the fleet through the proxy. */
  url: string;
  /** What the proxy serves: the API's host name, and the page's. */
  hosts: Host[];
  /** Where the proxy hands requests on to. */
  backends: Backend[];
}

/** A host name that the proxy serves. */
export interface Host {
  /** Scheme, name and port, as clients write them. */
  origin: string;
  /** The name, without a port. */
  name: string;
  /** The port on which the proxy listens. */
  port: number;
  /** The certificate; absent for plain HTTP. */
  tls?: Certificate;
  /** What belongs to the fleet, the page last. */
  routes: Route[];
}

/** Paths of a host that go to one backend: each, and all below it. */
export interface Route {
  paths: string[];
  backend: Backend["name"];
}

/** One of the fleet's ports. */
export interface Backend {
  name: "dind-mcp" | "dind-mcp-page";
  /** Seen from the proxy: HOST:PORT. */
  upstream: string;
  /** What it answers with 200 while it is well. */
  health: string;
  /** A name by which it may be called: the Host header of a health check. */
  host: string;
}

/** Files of the proxy's own certificate; absent where the proxy gets one itself (ACME). */
export interface Certificate {
  certificate?: string;
  key?: string;
}

/** URLs before a proxy, and what is behind it. */
export interface Place extends Certificate {
  /** How clients reach the fleet through it; "" = that is not known. */
  url: string;
  /** Where it reaches the fleet: HOST:PORT. */
  upstream: string;
  /** How browsers reach the page through it; "" = not at all. */
  pageUrl: string;
  /** Where it reaches the page: HOST:PORT. */
  pageUpstream: string;
}

/** What the stack's config says of a proxy on the fleet's own machine. */
export function placeOf(
  { publicUrl, pageUrl, bindAddress, apiPort, pagePort }: Settings,
  upstream = `${reachable(bindAddress)}:${apiPort}`,
): Place {
  const beside = `${upstream.slice(0, upstream.lastIndexOf(":"))}:${pagePort}`;
  return { url: publicUrl, upstream, pageUrl: pagePort === "off" ? "" : pageUrl, pageUpstream: beside };
}

/** What is expected of the page's URL and is not so; undefined when it can be served beside the API. */
export function pageProblem({ url, pageUrl }: Pick<Place, "url" | "pageUrl">): string | undefined {
  if (prefixOf(pageUrl) !== "") return "a URL without a path: the page is at the root of its host";
  if (prefixOf(url) !== "" || !isSame(hostOf(url), hostOf(pageUrl))) return undefined;
  return `another than the API's own host, or an API with a path: ${pageUrl}/fleet`;
}

/** The site at a place, whose URLs are known and go together. */
export function siteAt(place: Place): Site {
  const { url, upstream, pageUrl, pageUpstream } = place;
  const host = hostOf(url, place);
  const prefix = prefixOf(url);
  const paths = prefix === "" ? ["/"] : [prefix, `${METADATA}${prefix}`];
  host.routes.push({ paths, backend: "dind-mcp" });
  const hosts = [host];
  const backends: Backend[] = [{ name: "dind-mcp", upstream, health: "/healthz", host: host.name }];
  if (pageUrl !== "") {
    const own = hostOf(pageUrl, place);
    const isShared = isSame(own, host);
    (isShared ? host : own).routes.push({ paths: ["/"], backend: "dind-mcp-page" });
    if (!isShared) hosts.push(own);
    backends.push({ name: "dind-mcp-page", upstream: pageUpstream, health: "/", host: own.name });
  }
  return { url, hosts, backends };
}

function isSame(one: Host, other: Host): boolean {
  return one.name === other.name && one.port === other.port;
}

function hostOf(url: string, { certificate, key }: Certificate = {}): Host {
  const { origin, protocol, hostname, port } = new URL(url);
  const isTls = protocol === "https:";
  return {
    origin,
    name: hostname,
    port: Number(port) || (isTls ? 443 : 80),
    routes: [],
    ...(isTls ? { tls: { certificate, key } } : {}),
  };
}
