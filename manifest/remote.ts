import { isMapping } from "../lib/mapping";
import type { HeaderValue, RemoteTls } from "./remote-types";
import { type Manifest, TransportType } from "./types";

const WEB_PORT: Record<string, string> = { "https:": "443", "http:": "80" };

/** What of a manifest says whether its server runs elsewhere. */
type Reached = Pick<Manifest, "transport">;

/** True for a server that runs elsewhere: it has no container here. */
export function isRemote({ transport }: Reached): boolean {
  return transport.type === TransportType.Remote;
}

/** The one place that a remote server's traffic goes to, as a line of `egress`; undefined for what is no URL. */
export function remotePlace(url: unknown): string | undefined {
  if (typeof url !== "string" || !URL.canParse(url)) return undefined;
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || WEB_PORT[protocol]}`;
}

/** All places that a remote server's way out leads to: its own, its issuer's, and those of the issuer's endpoints. */
export function remotePlaces({ transport, oauth }: Record<string, unknown>): string[] {
  const { issuer, hosts } = isMapping(oauth) ? oauth : {};
  const further: unknown[] = Array.isArray(hosts) ? hosts : [];
  const all = [remotePlace(isMapping(transport) ? transport.url : undefined), remotePlace(issuer), ...further];
  return [...new Set(all.filter((place) => typeof place === "string"))];
}

/** The names of the secrets that headers, OAuth and TLS ask for, each once, as far as they can be read. */
function namedSecrets({ headers, oauth, tls }: Record<string, unknown>): string[] {
  const all = [headers, oauth, tls].flatMap((part) => (isMapping(part) ? Object.values(part) : []));
  const names = all.flatMap((one) => (isMapping(one) && typeof one.secret === "string" ? [one.secret] : []));
  return [...new Set(names)];
}

/**
 * Fills in what follows from the address and the headers of a remote server: its ways out, and its secrets. They need
 * not be declared; where one is, to describe it, that stands.
 */
export function withRemote(document: Record<string, unknown>): Record<string, unknown> {
  const { transport, secrets = [], egress } = document;
  if (!isMapping(transport) || transport.type !== TransportType.Remote || !Array.isArray(secrets)) return document;
  const declared = secrets.map((one: unknown) => (isMapping(one) ? one.name : undefined));
  const brought = namedSecrets(document).filter((name) => !declared.includes(name));
  const places = remotePlaces(document);
  return {
    ...document,
    secrets: [...secrets, ...brought.map((name) => ({ name }))],
    ...(egress === undefined && places.length > 0 ? { egress: places } : {}),
  };
}

/** Returns a header's value; undefined when its secret has no value. @param read the value of a secret */
export function headerValue(
  { secret, value = "{}" }: HeaderValue,
  read: (secret: string) => string | undefined,
): string | undefined {
  if (secret === undefined) return value;
  const text = read(secret);
  return text === undefined ? undefined : value.split("{}").join(text);
}

/** The secrets that TLS asks for, by what they are for. */
export function tlsSecrets({ ca, certificate, key }: RemoteTls): { ca?: string; cert?: string; key?: string } {
  return { ca: ca?.secret, cert: certificate?.secret, key: key?.secret };
}
