import { isMapping } from "../../lib/mapping";

/** Milliseconds for each place. */
const TIMEOUT_MS = 5_000;
const WELL_KNOWN = "/.well-known/oauth-protected-resource";

/**
 * Who gives tokens for a server that refused a request, as its metadata say it (RFC 9728). Only the server itself is asked,
 * and no redirect followed.
 * @param challenge the header WWW-Authenticate of the refusal
 * @returns undefined when it does not say
 */
export async function issuerOf(url: URL, challenge: string): Promise<string | undefined> {
  const path = url.pathname.replace(/\/$/, "");
  const told = /\bresource_metadata="([^"]+)"/i.exec(challenge)?.[1] ?? "";
  const places = [told, `${url.origin}${WELL_KNOWN}${path}`, `${url.origin}${WELL_KNOWN}`];
  for (const place of new Set(places)) {
    if (URL.parse(place)?.origin !== url.origin) continue;
    const issuer = await issuerAt(place).catch(() => undefined); // then the next place, or none
    if (issuer !== undefined) return issuer;
  }
  return undefined;
}

async function issuerAt(place: string): Promise<string | undefined> {
  const answer = await fetch(place, { redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) });
  const metadata: unknown = answer.ok ? await answer.json() : undefined;
  const { authorization_servers: all } = isMapping(metadata) ? metadata : {};
  return (Array.isArray(all) ? all : []).find(
    (one) => typeof one === "string" && /^https:\/\/[\x21-\x7e]{1,500}$/.test(one),
  );
}
