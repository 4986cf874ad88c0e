import { parseJson } from "../../../lib/json";
import { isMapping } from "../../../lib/mapping";
import { WayError } from "../upstream/way-error";
import { parameterOf, scopesIn } from "./challenge";
import { issuerFetch, type Reached } from "./issuer-fetch";

/** What a server says of the tokens that it takes (RFC 9728). */
export interface Resource {
  /** What tokens have to be for (RFC 8707). */
  resource: string;
  /** What to ask for, when the manifest does not say it. */
  scopes?: string[];
}

const ACCEPT = "application/json, text/event-stream";
const PING = { jsonrpc: "2.0", id: 1, method: "ping" };
const WELL_KNOWN = "/.well-known/oauth-protected-resource";

/**
 * Asks a server which tokens it takes: where its refusal points to, else at the well-known places.
 * @throws WayError when it speaks of another server, or of another issuer than the manifest
 */
export async function resourceOf(reached: Reached): Promise<Resource> {
  const url = new URL(reached.address.url);
  const body = JSON.stringify(PING);
  const refused = await issuerFetch(reached, url.href, {
    ...{ method: "POST", headers: { accept: ACCEPT, "content-type": "application/json" }, body },
  });
  const challenge = refused.status === 401 ? (refused.headers.get("www-authenticate") ?? "") : "";
  const asked = scopesIn(challenge);
  const path = url.pathname.replace(/\/$/, "");
  const places = [
    parameterOf(challenge, "resource_metadata"),
    `${url.origin}${WELL_KNOWN}${path}`,
    path === "" ? undefined : `${url.origin}${WELL_KNOWN}`,
  ];
  for (const place of new Set(places)) {
    if (place === undefined || !URL.canParse(place)) continue;
    const answer = await issuerFetch(reached, place, { method: "GET", headers: { accept: "application/json" } });
    const metadata = answer.status === 200 ? parseJson(await answer.text()) : undefined;
    if (isMapping(metadata)) return checked(metadata, url, reached, asked);
  }
  url.hash = "";
  return { resource: url.href, scopes: asked };
}

function checked(
  { resource, authorization_servers, scopes_supported }: Record<string, unknown>,
  url: URL,
  { manifest }: Reached,
  asked: string[] | undefined,
): Resource {
  if (typeof resource !== "string" || !covers(resource, url))
    throw new WayError(`its metadata are of another resource: got ${JSON.stringify(resource)}, expected ${url.href}`);
  const issuers = texts(authorization_servers);
  const { issuer = "" } = manifest.oauth ?? {};
  if (issuers && !issuers.some((one) => URL.canParse(one) && new URL(one).href === new URL(issuer).href))
    throw new WayError(`it takes tokens of ${issuers.join(", ")}; oauth.issuer of its manifest is ${issuer}`);
  return { resource, scopes: asked ?? texts(scopes_supported) };
}

/** True for the URL itself and for what is above it. */
function covers(resource: string, url: URL): boolean {
  if (!URL.canParse(resource)) return false;
  const { origin, pathname } = new URL(resource);
  const folder = pathname.endsWith("/") ? pathname : `${pathname}/`;
  return origin === url.origin && `${url.pathname}/`.startsWith(folder);
}

const texts = (list: unknown): string[] | undefined =>
  Array.isArray(list) && list.length > 0 && list.every((one) => typeof one === "string") ? list : undefined;
