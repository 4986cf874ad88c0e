import {
  createRemoteJWKSet,
  customFetch,
  type FlattenedJWSInput,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
} from "jose";
import { contains } from "../../lib/addresses";
import { LOOPBACK, PRIVATE } from "../../lib/special-addresses";

/** Thrown when the issuer or its keys cannot be reached now. */
export class IssuerUnavailable extends Error {
  /** @param leftAlone true when no request was made, because the last one failed a moment ago */
  constructor(
    message: string,
    readonly leftAlone = false,
  ) {
    super(message);
  }
}

export interface IssuerKeysOptions {
  issuer: string;
  /** URL of the keys. @default from the issuer's metadata (RFC 8414, or OpenID Connect discovery) */
  jwksUri?: string;
  /** Milliseconds for one request to the issuer. @default 5000 */
  timeoutMs?: number;
  /** Milliseconds without requests to the issuer after an unknown key id or a failure. @default 30000 */
  coolDownMs?: number;
}

const NEAR = [...LOOPBACK, ...PRIVATE];

/**
 * Checks the URL of the issuer's keys. Whoever can change the keys on the way can make tokens, so plain http is allowed
 * only to this machine and its private networks.
 */
function checked(text: string): URL {
  const url = new URL(text);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const near = host === "localhost" || NEAR.some((block) => contains(block, host));
  if (url.protocol === "https:" || (url.protocol === "http:" && near)) return url;
  throw new IssuerUnavailable(`got ${text}, expected an https URL`);
}

/** Fetches the issuer's public keys when a token needs one, and keeps them for ten minutes. */
export class IssuerKeys {
  readonly #options: Required<Omit<IssuerKeysOptions, "jwksUri">> & { jwksUri?: string };
  #found?: Promise<JWTVerifyGetKey>;
  #leftAloneUntil = 0;

  constructor(options: IssuerKeysOptions) {
    this.#options = { timeoutMs: 5_000, coolDownMs: 30_000, ...options };
  }

  /** Returns the key that a token names. @throws IssuerUnavailable, or jose's error when the issuer has no such key */
  readonly key = async (header: JWTHeaderParameters, token: FlattenedJWSInput) => {
    this.#found ??= this.#open();
    try {
      return await (await this.#found)(header, token);
    } catch (error) {
      if (error instanceof IssuerUnavailable && !this.#options.jwksUri) this.#found = undefined;
      throw error;
    }
  };

  async #open(): Promise<JWTVerifyGetKey> {
    const { jwksUri, timeoutMs, coolDownMs } = this.#options;
    return createRemoteJWKSet(jwksUri === undefined ? await this.#discover() : checked(jwksUri), {
      timeoutDuration: timeoutMs,
      cooldownDuration: coolDownMs,
      [customFetch]: (url) => this.#fetch(new URL(url)),
    });
  }

  /** Returns the keys' URL, from the first well-known document that exists and names this issuer. */
  async #discover(): Promise<URL> {
    const { issuer } = this.#options;
    const { origin, pathname } = checked(issuer);
    const path = pathname.replace(/\/$/, "");
    const places = [
      `${origin}/.well-known/oauth-authorization-server${path}`,
      `${origin}${path}/.well-known/openid-configuration`,
    ];
    for (const place of places) {
      const answer = await this.#fetch(new URL(place), [200, 404]);
      if (answer.status === 404) continue;
      const metadata: unknown = await answer.json().catch(() => undefined);
      const { issuer: said, jwks_uri } = (metadata ?? {}) as Record<string, unknown>;
      // A document of another issuer must not be used (RFC 8414, section 3.3).
      if (said === issuer && typeof jwks_uri === "string") return checked(jwks_uri);
    }
    throw this.#unavailable(`${issuer} has no metadata that names it and its jwks_uri`);
  }

  async #fetch(url: URL, expected = [200]): Promise<Response> {
    if (performance.now() < this.#leftAloneUntil) throw new IssuerUnavailable("it failed a moment ago", true);
    const signal = AbortSignal.timeout(this.#options.timeoutMs);
    const answer = await fetch(url, { signal, redirect: "error" }).catch((error: unknown) => {
      throw this.#unavailable(`${url.origin} does not answer: ${error instanceof Error ? error.message : error}`);
    });
    if (!expected.includes(answer.status)) throw this.#unavailable(`${url.href} answered ${answer.status}`);
    return answer;
  }

  #unavailable(reason: string): IssuerUnavailable {
    this.#leftAloneUntil = performance.now() + this.#options.coolDownMs;
    return new IssuerUnavailable(reason);
  }
}
