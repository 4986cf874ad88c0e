import { rootCertificates } from "node:tls";
import { Agent } from "undici";
import { remotePlace, tlsSecrets } from "../../../manifest/remote";
import type { Manifest } from "../../../manifest/types";
import type { RemoteAddress } from "../../servers/server-info";
import { secretOf } from "../upstream/secret-files";
import { type TlsTexts, tunnelConnector } from "../upstream/tunnel";
import { WayError } from "../upstream/way-error";
import { failureOf } from "../upstream/web-upstream";

/** Milliseconds for a request and its answer. */
const PATIENCE_MS = 15_000;
/** Most bytes of an answer: metadata and tokens are small. */
const MOST = 512 * 1024;

/** A request as oauth4webapi makes it. */
export interface IssuerRequest {
  method: string;
  headers: Record<string, string>;
  body?: string | URLSearchParams | null;
  signal?: AbortSignal;
}

/** Where a server is, and what may be asked on its behalf. */
export interface Reached {
  address: RemoteAddress;
  manifest: Pick<Manifest, "egress" | "oauth" | "tls">;
}

/**
 * Sends a request to a server's issuer, or to the server itself for its metadata. It goes through the egress proxy as the
 * server's own traffic does, by https, to the places of the manifest alone: what metadata say leads nowhere else. No
 * redirect is followed, and none of the server's headers is sent.
 * @throws WayError
 */
export async function issuerFetch(
  { address, manifest }: Reached,
  text: string,
  { method, headers, body, signal }: IssuerRequest,
): Promise<Response> {
  const url = new URL(text);
  const place = remotePlace(text) ?? "";
  const isOwn = url.origin === new URL(address.url).origin;
  if (!isOwn && url.protocol !== "https:") throw new WayError(`got ${url.origin} from its issuer, expected https`);
  if (!manifest.egress.includes(place))
    throw new WayError(`its issuer leads to ${place}, which the manifest does not list: add it to oauth.hosts`);
  const dispatcher = new Agent({ connect: tunnelConnector(address.proxy, tlsOf(address, manifest, isOwn)) });
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    const limit = AbortSignal.any([patience, ...(signal ? [signal] : [])]);
    const answer = await dispatcher.request({
      ...{ origin: url.origin, path: url.pathname + url.search, method: method as "GET" | "POST", signal: limit },
      headers: { ...headers, "user-agent": "dind-mcp", "accept-encoding": "identity" },
      body: body?.toString(),
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      size += (chunk as Buffer).length;
      if (size > MOST) throw new WayError(`${place} answered more than ${MOST / 1024} KiB`);
      chunks.push(chunk as Buffer);
    }
    const { statusCode: status } = answer;
    const said = Object.entries(answer.headers).flatMap(([name, value = []]): [string, string][] =>
      [value].flat().map((one) => [name, one]),
    );
    return new Response([204, 205, 304].includes(status) ? null : Buffer.concat(chunks), { status, headers: said });
  } catch (error) {
    if (error instanceof WayError) throw error;
    if (patience.aborted) throw new WayError(`${place} did not answer within ${PATIENCE_MS / 1_000} s`);
    throw new WayError(`${place}: ${failureOf(error as NodeJS.ErrnoException)}`);
  } finally {
    void dispatcher.destroy().catch(() => {});
  }
}

/** The server's own TLS for the server; for its issuer the public authorities, and that of the manifest beside them. */
function tlsOf(address: RemoteAddress, { tls = {} }: Reached["manifest"], isOwn: boolean): TlsTexts {
  const { ca: named, cert, key } = tlsSecrets(tls);
  const ca = secretOf(address, named);
  if (isOwn) return { ca, cert: secretOf(address, cert), key: secretOf(address, key) };
  return ca === undefined ? {} : { ca: [...rootCertificates, ca].join("\n") };
}
