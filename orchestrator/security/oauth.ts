import { errors, type JWTPayload, jwtVerify } from "jose";
import { Scope } from "../../api/scopes";
import { BoundedMap } from "../../lib/bounded-map";
import { IssuerKeys, type IssuerKeysOptions, IssuerUnavailable } from "./issuer-keys";
import { type Principal, subjectName } from "./principal";

/**
 * Only algorithms with a key pair: with HS256 anyone who has the public key could sign, and `none` has no signature.
 */
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
/** Seconds that the clocks of issuer and orchestrator may differ. */
const CLOCK_SECONDS = 30;
/** Milliseconds that a verified token is accepted before it is verified again: its key may have been withdrawn. */
const BELIEVED_MS = 5 * 60_000;
const TOKENS = 2_000;

/** The content of a valid token. */
export interface Verified {
  principal: Principal;
  /** The resources that the token is for (`aud`). The caller compares them, as each path has its own. */
  audiences: string[];
}

/** Thrown for an invalid token. The message says why, and holds no part of the token. */
export class TokenError extends Error {}

/** Checks access tokens (JWT) of one issuer: signature, `iss`, `exp`, `nbf`, `sub`. */
export class OAuthVerifier {
  readonly #keys: IssuerKeys;
  readonly #known = new BoundedMap<Verified & { until: number }>(TOKENS);

  /** Makes no request to the issuer yet. */
  constructor(private readonly options: IssuerKeysOptions) {
    this.#keys = new IssuerKeys(options);
  }

  /**
   * Returns the content of a token that was verified before, without waiting; undefined for any other.
   * @param digest SHA-256 of the token, hex
   */
  known(digest: string): Verified | undefined {
    const known = this.#known.get(digest);
    if (known && known.until <= Date.now()) this.#known.delete(digest);
    else return known;
  }

  /** Verifies a token. @throws TokenError, IssuerUnavailable */
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
      // The subject names the principal. Without one, all such tokens would count as the same principal.
      if (typeof payload.sub !== "string" || payload.sub === "")
        throw new TokenError("its claim sub is missing, empty or no text");
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

/** Reads the scopes `mcp`, `read` and `admin` from `scope` (separated by spaces, RFC 8693) or `scp`; ignores others. */
function principalOf({ sub, scope, scp }: JWTPayload): Principal {
  const words = [scope, scp].flat().flatMap((value) => (typeof value === "string" ? value.split(" ") : []));
  const scopes = Object.values(Scope).filter((ours) => words.includes(ours));
  return { name: subjectName(String(sub)), scopes: new Set(scopes) };
}
