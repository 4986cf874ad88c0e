import {
  createRemoteJWKSet,
  customFetch,
  type FlattenedJWSInput,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
} from "jose";
import { contains } from "../../lib/addresses";
import { LOOPBACK, PRIVATE } from "../../lib/special-addresses";

/** The issuer, or its keys, cannot be asked at the moment. */
export class IssuerUnavailable extends Error {
  /** @param leftAlone it was not even tried: it failed a moment ago */
  constructor(
    message: string,
    readonly leftAlone = false,
  ) {
    super(message);
  }
}

export interface IssuerKeysOptions {
  issuer: string;
  /** @default what the issuer's metadata says (RFC 8414, or OpenID Connect discovery) */
  jwksUri?: string;
  /** For one question to the issuer. @default 5000 */
  timeoutMs?: number;
  /** After an unknown key id, and after a failure, the issuer is left alone for so long. @default 30000 */
  coolDownMs?: number;
}

const NEAR = [...LOOPBACK, ...PRIVATE];

/** Who can change what the issuer's keys are can make tokens: plain http only to this machine and its private networks. */
function checked(text: string): URL {
  const url = new URL(text);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const near = host === "localhost" || NEAR.some((block) => contains(block, host));
  if (url.protocol === "https:" || (url.protocol === "http:" && near)) return url;
  throw new IssuerUnavailable(`got ${text}, expected an https URL`);
}

/** The issuer's public keys, fetched when a token needs one and kept for ten minutes. */
export class IssuerKeys {
  readonly #options: Required<Omit<IssuerKeysOptions, "jwksUri">> & { jwksUri?: string };
  #found?: Promise<JWTVerifyGetKey>;
  #leftAloneUntil = 0;

  constructor(options: IssuerKeysOptions) {
    this.#options = { timeoutMs: 5_000, coolDownMs: 30_000, ...options };
  }

  /** The key that a token names. @throws IssuerUnavailable, or jose's error when the issuer has no such key */
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

  /** Where the keys are, from the first of the well-known documents that exists and is this issuer's. */
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
      // RFC 8414, 3.3: a document of another issuer must not be used.
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
