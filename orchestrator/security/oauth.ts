import { errors, type JWTPayload, jwtVerify } from "jose";
import { Scope } from "../../api/scopes";
import { BoundedMap } from "../../lib/bounded-map";
import { IssuerKeys, type IssuerKeysOptions, IssuerUnavailable } from "./issuer-keys";
import type { Principal } from "./principal";

/** Signatures with a key pair only: with HS256 who can read the public key could sign, and `none` has no signature. */
const ALGORITHMS = [
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
  "PS256",
  "PS384",
  "PS512",
  "RS256",
  "RS384",
  "RS512",
];
/** Clocks of issuer and orchestrator may differ by so much. */
const CLOCK_SECONDS = 30;
/** A checked token is believed for so long, then checked again: its key may have been withdrawn. */
const BELIEVED_MS = 5 * 60_000;
const TOKENS = 2_000;

/** What a token that holds says. */
export interface Verified {
  principal: Principal;
  /** Who it was made for. To be compared: it is different for each resource. */
  audiences: string[];
}

/** The token does not hold; the message says why, with nothing of the token in it. */
export class TokenError extends Error {}

/** Checks access tokens (JWT) of one issuer: signature, `iss`, `exp`, `nbf`, `sub`. */
export class OAuthVerifier {
  readonly #keys: IssuerKeys;
  readonly #known = new BoundedMap<Verified & { until: number }>(TOKENS);

  /** Asks nothing of the issuer yet. */
  constructor(private readonly options: IssuerKeysOptions) {
    this.#keys = new IssuerKeys(options);
  }

  /**
   * Without waiting: what is known of a token that was checked before.
   * @param digest SHA-256 of the token, hex
   */
  known(digest: string): Verified | undefined {
    const known = this.#known.get(digest);
    if (known && known.until <= Date.now()) this.#known.delete(digest);
    else return known;
  }

  /** @throws TokenError, IssuerUnavailable */
  async verify(token: string, digest: string): Promise<Verified> {
    const claims = await this.#claims(token);
    const verified = { principal: principalOf(claims), audiences: [claims.aud ?? []].flat() };
    const ends = ((claims.exp as number) + CLOCK_SECONDS) * 1000;
    this.#known.set(digest, { ...verified, until: Math.min(ends, Date.now() + BELIEVED_MS) });
    return verified;
  }

  async #claims(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, this.#keys.key, {
        issuer: this.options.issuer,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_SECONDS,
        requiredClaims: ["exp", "sub", "aud"],
      });
      // Anything else would be the same name for two subjects.
      if (typeof payload.sub !== "string" || payload.sub === "") throw new TokenError("its claim sub is no text");
      return payload;
    } catch (error) {
      if (error instanceof IssuerUnavailable || error instanceof TokenError) throw error;
      throw new TokenError(reasonOf(error));
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "it has expired";
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim ${error.claim} is missing or not as expected`;
  if (error instanceof errors.JOSEAlgNotAllowed) return `its algorithm is none of ${ALGORITHMS.join(", ")}`;
  if (error instanceof errors.JWKSNoMatchingKey) return "the issuer has no key of that id";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "its signature is wrong";
  return "it is not a JWT that can be checked";
}

/** Scopes are the words `mcp`, `read`, `admin` in `scope` (RFC 8693: separated by spaces) or `scp`; others are not ours. */
function principalOf({ sub, scope, scp }: JWTPayload): Principal {
  const words = [scope, scp].flat().flatMap((value) => (typeof value === "string" ? value.split(" ") : []));
  const scopes = Object.values(Scope).filter((ours) => words.includes(ours));
  return { name: `oauth:${sub}`, scopes: new Set(scopes) };
}
