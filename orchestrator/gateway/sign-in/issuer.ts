import * as oauth from "oauth4webapi";
import { oneLine } from "../../../lib/plain-text";
import { secretOf } from "../upstream/secret-files";
import { WayError } from "../upstream/way-error";
import { issuerFetch, type Reached } from "./issuer-fetch";

/** Milliseconds that an issuer's metadata are believed. */
const BELIEVED_MS = 10 * 60_000;
/** What may be a token or a code. */
const TOKEN_LIKE = /[\w.~+/=-]{24,}/g;
/** Most characters of what an issuer says. */
const SHOWN = 200;

/** The orchestrator, as an issuer knows it. */
export interface Client {
  id: string;
  /** Of a client that registered itself; that of the manifest is in its file. */
  secret?: string;
  /** How it shows the secret. @default as the issuer's metadata say */
  method?: string;
}

/** What an issuer gave. */
export interface Tokens {
  access: string;
  refresh?: string;
  /** Milliseconds since 1970 when `access` ends; absent: not known. */
  until?: number;
  scope?: string;
  /** Who signed in, where the issuer says it. */
  subject?: string;
}

/** A sign-in that was begun. */
export interface Begun {
  client: Client;
  state: string;
  verifier: string;
  resource: string;
  redirect: string;
}

/** The issuer of the tokens for one server. All of its requests go the server's own way. Errors are WayErrors. */
export class Issuer {
  #metadata: { as: oauth.AuthorizationServer; until: number } | undefined;

  /** @param now milliseconds since 1970 */
  constructor(
    private readonly reached: Reached,
    private readonly now: () => number,
  ) {}

  /** The client of the manifest; else one that registers itself. */
  async client(redirect: string, scope: string): Promise<Client> {
    const { clientId } = this.#said;
    if (clientId !== undefined) return { id: clientId };
    return this.#told(async (as) => {
      if (as.registration_endpoint === undefined) {
        const fix = `register one with the redirect URI ${redirect}, and write oauth.clientId`;
        throw new WayError(`the issuer ${as.issuer} registers no clients by itself: ${fix}`);
      }
      const asked = {
        client_name: "dind-mcp",
        redirect_uris: [redirect],
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        token_endpoint_auth_method: "none",
        ...(scope === "" ? {} : { scope }),
      };
      const answer = await oauth.dynamicClientRegistrationRequest(as, asked, this.#http);
      const made = await oauth.processDynamicClientRegistrationResponse(answer);
      const { client_id: id, client_secret: secret, token_endpoint_auth_method: method } = made;
      return { id, ...(typeof secret === "string" ? { secret, method: String(method ?? "") } : {}) };
    });
  }

  /** Where the user's browser goes to sign in. */
  async url({ client, state, verifier, resource, redirect }: Begun, scope: string): Promise<string> {
    const challenge = await oauth.calculatePKCECodeChallenge(verifier);
    return this.#told(async (as) => {
      // MCP's authorization of 2025-11-25 wants a refusal also where the metadata do not say it.
      if (!as.code_challenge_methods_supported?.includes("S256"))
        throw new WayError(`the issuer ${as.issuer} does not say that it has PKCE with S256`);
      const url = URL.parse(as.authorization_endpoint ?? "");
      if (url?.protocol !== "https:")
        throw new WayError(`the issuer ${as.issuer} has no authorization_endpoint by https`);
      const asked = {
        ...{ response_type: "code", client_id: client.id, redirect_uri: redirect, state, resource },
        ...{ code_challenge: challenge, code_challenge_method: "S256" },
        ...(scope === "" ? {} : { scope }),
      };
      for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
      return url.href;
    });
  }

  /** Takes what the browser brought back: the state, the issuer and the code are checked. */
  exchange({ client, state, verifier, resource, redirect }: Begun, brought: URLSearchParams): Promise<Tokens> {
    return this.#told(async (as) => {
      const me = { client_id: client.id };
      const given = oauth.validateAuthResponse(as, me, brought, state);
      const more = { ...this.#http, additionalParameters: { resource } };
      const shown = this.#shown(as, client);
      const answer = await oauth.authorizationCodeGrantRequest(as, me, shown, given, redirect, verifier, more);
      return this.#tokens(await oauth.processAuthorizationCodeResponse(as, me, answer));
    });
  }

  /** Gets new tokens for a refresh token. @throws RefusedError when the issuer does not take it any more */
  refresh(client: Client, refresh: string, resource: string): Promise<Tokens> {
    return this.#told(async (as) => {
      const me = { client_id: client.id };
      const more = { ...this.#http, additionalParameters: { resource } };
      const answer = await oauth.refreshTokenGrantRequest(as, me, this.#shown(as, client), refresh, more);
      const tokens = this.#tokens(await oauth.processRefreshTokenResponse(as, me, answer));
      return { refresh, ...tokens };
    });
  }

  /** Gets tokens for the manifest's client itself. */
  own(resource: string, scope: string): Promise<Tokens> {
    return this.#told(async (as) => {
      const client = { id: this.#said.clientId ?? "" };
      const me = { client_id: client.id };
      const asked = { resource, ...(scope === "" ? {} : { scope }) };
      const answer = await oauth.clientCredentialsGrantRequest(as, me, this.#shown(as, client), asked, this.#http);
      return this.#tokens(await oauth.processClientCredentialsResponse(as, me, answer));
    });
  }

  /** Tells the issuer that a token is not used any more, where it wants to know. Never rejects. */
  async revoke(client: Client, token: string): Promise<void> {
    await this.#told(async (as) => {
      if (as.revocation_endpoint === undefined) return;
      const me = { client_id: client.id };
      await oauth.processRevocationResponse(
        await oauth.revocationRequest(as, me, this.#shown(as, client), token, this.#http),
      );
    }).catch(() => {}); // it is forgotten here all the same
  }

  get #said() {
    return this.reached.manifest.oauth ?? { issuer: "" };
  }

  get #http() {
    return {
      [oauth.customFetch]: (url: string, request: oauth.CustomFetchOptions<string, unknown>) =>
        issuerFetch(this.reached, url, { ...request, body: request.body as string | URLSearchParams | undefined }),
    };
  }

  #shown(as: oauth.AuthorizationServer, client: Client): oauth.ClientAuth {
    const secret = client.secret ?? secretOf(this.reached.address, this.#said.clientSecret?.secret);
    if (secret === undefined || client.method === "none") return oauth.None();
    const known = client.method ? [client.method] : as.token_endpoint_auth_methods_supported;
    const isBasic = known?.includes("client_secret_basic") ?? true;
    return isBasic ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret);
  }

  /** Does something with the issuer's metadata. Whatever fails is told in words of ours, which hold no token. */
  async #told<Value>(work: (as: oauth.AuthorizationServer) => Promise<Value>): Promise<Value> {
    try {
      if (!this.#metadata || this.#metadata.until < this.now())
        this.#metadata = { as: await this.#discover(), until: this.now() + BELIEVED_MS };
      return await work(this.#metadata.as);
    } catch (error) {
      throw worded(error, this.#said.issuer);
    }
  }

  /** @param given as the library returned it, and no copy: it knows the claims by the object */
  #tokens(given: oauth.TokenEndpointResponse): Tokens {
    const { access_token: access, refresh_token: refresh } = given;
    if (given.token_type !== "bearer" || !/^[\x21-\x7e]+$/.test(access))
      throw new WayError(`the issuer ${this.#said.issuer} gives no bearer tokens`);
    const claims = given.id_token === undefined ? undefined : oauth.getValidatedIdTokenClaims(given);
    const subject = claims && oneLine(String(claims.email ?? claims.preferred_username ?? claims.sub), SHOWN);
    return {
      access,
      ...(refresh === undefined ? {} : { refresh }),
      ...(given.expires_in === undefined ? {} : { until: this.now() + given.expires_in * 1_000 }),
      ...(given.scope === undefined ? {} : { scope: given.scope }),
      ...(subject === undefined ? {} : { subject }),
    };
  }

  async #discover(): Promise<oauth.AuthorizationServer> {
    const issuer = new URL(this.#said.issuer);
    for (const algorithm of ["oauth2", "oidc"] as const) {
      const answer = await oauth.discoveryRequest(issuer, { algorithm, ...this.#http });
      if (answer.status === 200) return await oauth.processDiscoveryResponse(issuer, answer);
    }
    throw new WayError(`the issuer ${issuer.href} has no metadata at its well-known places`);
  }
}

/** The issuer itself says no: another attempt would end so, too. */
export class RefusedError extends WayError {}

function worded(error: unknown, issuer: string): Error {
  if (error instanceof WayError) return error;
  if (error instanceof oauth.ResponseBodyError || error instanceof oauth.AuthorizationResponseError) {
    // A hostile issuer may echo what it was sent.
    const words = [error.error, error.error_description].filter(Boolean).join(": ").replace(TOKEN_LIKE, "...");
    const isFinal = !(error instanceof oauth.ResponseBodyError) || error.status < 500;
    return new (isFinal ? RefusedError : WayError)(`the issuer ${issuer} refused: ${oneLine(words, SHOWN)}`);
  }
  // The library's own sentences; what it was given is in `cause`, and stays there.
  const words = error instanceof Error ? error.message : "";
  return new WayError(`the answer of the issuer ${issuer} is not as expected: ${oneLine(words, SHOWN)}`);
}
