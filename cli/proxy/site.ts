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
const METADATA = "/.well-known/oauth-protected-resource";

/** What a proxy has to know of the fleet. Every proxy's file is made of this. */
export interface Site {
  /** How clients reach the fleet through the proxy. */
  url: string;
  /** The URL's host name, without a port. */
  host: string;
  /** The port on which the proxy listens. */
  port: number;
  /** Paths that belong to the fleet: each, and all below it. */
  paths: string[];
  /** Where the fleet listens, seen from the proxy: HOST:PORT. */
  upstream: string;
  /** Absent: plain HTTP. */
  tls?: Certificate;
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
  /** @default the address and port on which the stack publishes the API */
  upstream?: string;
}

/** @throws CliError when it is not known how clients reach the proxy */
export function siteOf({ publicUrl, bindAddress, apiPort }: Settings, wishes: Wishes): Site {
  const url = wishes.url ?? publicUrl;
  if (url === "") {
    const fix =
      "give --url https://mcp.example.com, or set it for good: pulumi config set publicUrl URL, and bin/dind-mcp up";
    throw new CliError(
      "publicUrl: got nothing, expected the URL by which clients reach the proxy",
      ExitCode.Usage,
      fix,
    );
  }
  if (!isBaseUrl(url)) {
    throw new CliError(
      `--url: got ${url}, expected a URL like https://mcp.example.com, without a / at its end`,
      ExitCode.Usage,
    );
  }
  const upstream = wishes.upstream ?? `${reachable(bindAddress)}:${apiPort}`;
  if (!/^[A-Za-z0-9.-]+:\d{1,5}$/.test(upstream)) {
    throw new CliError(`--upstream: got ${upstream}, expected HOST:PORT like 127.0.0.1:18080`, ExitCode.Usage);
  }
  const { protocol, hostname, port } = new URL(url);
  const prefix = prefixOf(url);
  const isTls = protocol === "https:";
  return {
    url,
    host: hostname,
    port: Number(port) || (isTls ? 443 : 80),
    paths: prefix === "" ? ["/"] : [prefix, `${METADATA}${prefix}`],
    upstream,
    ...(isTls ? { tls: { certificate: wishes.certificate, key: wishes.key } } : {}),
  };
}

/** The certificate's files, for a proxy that gets none itself. */
export function certificateFiles({ host, tls }: Site): Required<Certificate> {
  const certificate = tls?.certificate ?? `/etc/letsencrypt/live/${host}/fullchain.pem`;
  return { certificate, key: tls?.key ?? `/etc/letsencrypt/live/${host}/privkey.pem` };
}
