import { prefixOf } from "../../api/paths";
import { reachable } from "../../config/endpoints";
import { isBaseUrl } from "../../config/parts";
import type { Settings } from "../../config/settings";
import { CliError, ExitCode } from "../errors";

/**
 * Seconds without a byte after which a proxy may give up. The gateway's streams have a comment every 20 s, and a call
 * answers with headers before that.
 */
export const IDLE_SECONDS = 300;
/** Seconds that a proxy keeps an unused connection to the fleet: fewer than the 75 after which the fleet closes it. */
export const KEPT_SECONDS = 60;
/** MiB of a request's body: more than the fleet's own 4, so that its error reaches the client. */
export const BODY_MIB = 5;
/** The header with a request's id, which the fleet's answers and its audit log carry. */
export const REQUEST_ID = "X-Request-Id";
/** Where clients read how to sign in (RFC 9728). */
export const METADATA = "/.well-known/oauth-protected-resource";

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

/** What the user asks of a file. */
export interface Wishes extends Certificate {
  /** @default the stack's publicUrl */
  url?: string;
  /** @default the stack's pageUrl; without either the page is left out */
  pageUrl?: string;
  /** @default the address and port on which the stack publishes the API */
  upstream?: string;
  /** @default the API's address, and the port on which the stack publishes the page */
  pageUpstream?: string;
}

/** @throws CliError when it is not known how clients reach the proxy */
export function siteOf(settings: Settings, wishes: Wishes): Site {
  const { bindAddress, apiPort, pagePort } = settings;
  const url = wishes.url ?? settings.publicUrl;
  if (url === "") {
    const fix =
      "give --url https://mcp.example.com, or set it for good: pulumi config set publicUrl URL, and bin/dind-mcp up";
    throw new CliError(
      "publicUrl: got nothing, expected the URL by which clients reach the proxy",
      ExitCode.Usage,
      fix,
    );
  }
  const upstream = address("--upstream", wishes.upstream ?? `${reachable(bindAddress)}:${apiPort}`);
  const host = hostOf("--url", url, wishes);
  const prefix = prefixOf(url);
  const paths = prefix === "" ? ["/"] : [prefix, `${METADATA}${prefix}`];
  host.routes.push({ paths, backend: "dind-mcp" });
  const site: Site = {
    url,
    hosts: [host],
    backends: [{ name: "dind-mcp", upstream, health: "/healthz", host: host.name }],
  };
  const pageUrl = wishes.pageUrl ?? settings.pageUrl;
  if (pageUrl === "" || pagePort === "off") return site;
  const beside = `${upstream.slice(0, upstream.lastIndexOf(":"))}:${pagePort}`;
  return withPage(site, pageUrl, address("--page-upstream", wishes.pageUpstream ?? beside), wishes);
}

/** Adds the page: by a host name of its own, or by the API's where that has a path. */
function withPage({ url, hosts, backends }: Site, pageUrl: string, upstream: string, wishes: Wishes): Site {
  const page = hostOf("--page-url", pageUrl, wishes);
  if (prefixOf(pageUrl) !== "") {
    const what = `--page-url: got ${pageUrl}, expected a URL without a path: the page is at the root of its host`;
    throw new CliError(what, ExitCode.Usage);
  }
  const shared = hosts.find(({ name, port }) => name === page.name && port === page.port);
  if (shared?.routes.some(({ paths }) => paths.includes("/"))) {
    const what = `--page-url: got ${pageUrl}, which is the API's own host, expected another, or an API with a path: ${pageUrl}/fleet`;
    throw new CliError(what, ExitCode.Usage);
  }
  (shared ?? page).routes.push({ paths: ["/"], backend: "dind-mcp-page" });
  return {
    url,
    hosts: shared ? hosts : [...hosts, page],
    backends: [...backends, { name: "dind-mcp-page", upstream, health: "/", host: page.name }],
  };
}

function hostOf(option: string, url: string, { certificate, key }: Certificate): Host {
  if (!isBaseUrl(url)) {
    throw new CliError(
      `${option}: got ${url}, expected a URL like https://mcp.example.com, without a / at its end`,
      ExitCode.Usage,
    );
  }
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

function address(option: string, written: string): string {
  if (!/^[A-Za-z0-9.-]+:\d{1,5}$/.test(written)) {
    throw new CliError(`${option}: got ${written}, expected HOST:PORT like 127.0.0.1:18080`, ExitCode.Usage);
  }
  return written;
}

/** The certificate's files, for a proxy that gets none itself. */
export function certificateFiles({ name, tls }: Host): Required<Certificate> {
  const certificate = tls?.certificate ?? `/etc/letsencrypt/live/${name}/fullchain.pem`;
  return { certificate, key: tls?.key ?? `/etc/letsencrypt/live/${name}/privkey.pem` };
}

/** A port that the proxy listens on, with the hosts that it serves there. All of them are TLS, or none. */
export interface Listener {
  port: number;
  isTls: boolean;
  hosts: Host[];
  /** The certificates of its hosts, each once. */
  certificates: Required<Certificate>[];
}

/** The ports on which a proxy listens, for proxies that have one listener a port. */
export function listenersOf({ hosts }: Site): Listener[] {
  return [...new Set(hosts.map(({ port }) => port))].map((port) => {
    const here = hosts.filter((host) => host.port === port);
    const files = here.filter(({ tls }) => tls).map(certificateFiles);
    const certificates = files.filter(
      (one, at) => files.findIndex(({ certificate }) => certificate === one.certificate) === at,
    );
    return { port, isTls: files.length > 0, hosts: here, certificates };
  });
}
