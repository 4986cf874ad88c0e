import type { IncomingMessage } from "node:http";
import type { Scope } from "../../api/scopes";
import type { OrchestratorConfig, StoredToken } from "../../config/orchestrator-config";
import { clientNetwork } from "../../lib/addresses";
import type { ApiTokens } from "./api-tokens/api-tokens";
import type { LastUses } from "./api-tokens/last-uses";
import { ClientAddresses } from "./client-addresses";
import type { Guard } from "./guard-api";
import { valuesOf } from "./headers";
import { AllowedHosts } from "./hosts";
import { IssuerUnavailable } from "./issuer-keys";
import { OAuthVerifier, TokenError, type Verified } from "./oauth";
import { placeholderIn } from "./placeholder";
import type { Principal, Rejection } from "./principal";
import { RateLimit } from "./rate-limit";
import { challenge, forbidden, Refusal, tooMany, unavailable } from "./rejections";
import { audiencesOf, pathOf } from "./resource-metadata";
import { TokenConnections } from "./token-connections";
import { digestOf, principalOf, TokenTable } from "./tokens";

const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const TOKEN_IN_URL = /[?&](?:access_token|token|api_key)=/i;
/** The hint in every refusal of a request without a valid token. */
export const HOW = "send the header Authorization: Bearer TOKEN";

/** The guard's configuration, tokens and callbacks. */
export interface GuardOptions {
  config: OrchestratorConfig;
  tokens: readonly StoredToken[];
  /** Those that were made through the API. @default none */
  apiTokens?: Pick<ApiTokens, "find" | "onEnd">;
  /** Gets each use of a token of the stack or of the API. @default nobody */
  uses?: Pick<LastUses, "note">;
  /** Called for every refusal, for the metrics. */
  onRefused?: (reason: Refusal) => void;
  /** Called with the reason when a request to the OAuth issuer fails, for the log. */
  onIssuerUnavailable?: (reason: string) => void;
}

/** Checks requests by the configuration. All that it remembers is bounded. */
export class AccessGuard implements Guard {
  readonly #clients: ClientAddresses;
  readonly #hosts: AllowedHosts;
  #tokens: TokenTable;
  readonly #oauth: OAuthVerifier | undefined;
  readonly #connections = new TokenConnections();
  readonly #failures: RateLimit;
  readonly #rate: RateLimit;

  constructor(private readonly options: GuardOptions) {
    const { config, tokens } = options;
    this.#clients = new ClientAddresses(config.trustedProxies);
    this.#hosts = new AllowedHosts(config.allowedHosts, config.allowedOrigins);
    this.#tokens = tableOf(tokens);
    this.#oauth = config.oauth && new OAuthVerifier(config.oauth);
    this.#failures = new RateLimit(config.limits.failuresPerMinute);
    this.#rate = new RateLimit(config.limits.requestsPerMinute);
    options.apiTokens?.onEnd((principal) => this.#connections.cut(principal));
  }

  client(request: IncomingMessage): string {
    return this.#clients.of(request);
  }

  /**
   * Takes other tokens of the stack in place of all there were. A value that is not among them is refused from now on.
   * Connections that came with it may end what they are at, and are closed after a minute.
   */
  replaceTokens(tokens: readonly StoredToken[]): void {
    this.#tokens = tableOf(tokens);
    this.#connections.retire(({ digest }) => this.#find(digest) === undefined);
  }

  #find(digest: Buffer): Principal | undefined {
    return this.#tokens.find(digest) ?? this.options.apiTokens?.find(digest);
  }

  admit(request: IncomingMessage): Rejection | undefined {
    const hosts = valuesOf(request, "host");
    // The absolute form, `GET http://other/`, would name another host than the header.
    if (!request.url?.startsWith("/") || hosts.length !== 1 || !this.#hosts.host(hosts[0] as string)) {
      const detail = "the Host header must name one of the hosts this service is known by (allowedHosts)";
      return this.#refused(Refusal.Host, forbidden(detail));
    }
    const origins = valuesOf(request, "origin");
    if (origins.length === 0 || (origins.length === 1 && this.#hosts.origin(origins[0] as string))) return undefined;
    const detail = "pages of this Origin may not call this service (allowedOrigins)";
    return this.#refused(Refusal.Origin, forbidden(detail));
  }

  authenticate(request: IncomingMessage, wanted: Scope): Principal | Rejection | Promise<Principal | Rejection> {
    const failed = (reason: Refusal, detail: string): Rejection => this.#failed(request, wanted, reason, detail);
    if (TOKEN_IN_URL.test(request.url ?? "")) {
      const detail = `a token in the URL gets into logs and histories and is not taken; ${HOW}, and treat that token as known to others`;
      return failed(Refusal.Malformed, detail);
    }
    const values = valuesOf(request, "authorization");
    const known = values.length === 1 ? this.#connections.of(request.socket) : undefined;
    if (known && known.header === values[0]) return this.#used(known.principal);
    if (values.length === 0) return failed(Refusal.Missing, `no token: ${HOW}`);
    const token = values.length === 1 ? BEARER.exec(values[0] as string)?.[1] : undefined;
    const malformed = (): Rejection => {
      const why = values.length === 1 ? placeholderIn(values[0] as string) : undefined;
      const detail = why ? `${why} (${HOW})` : `the Authorization header is not one bearer token: ${HOW}`;
      return failed(Refusal.Malformed, detail);
    };
    if (token === undefined) return malformed();
    const digest = digestOf(token);
    const own = this.#find(digest);
    if (own) {
      this.#connections.note(request.socket, { header: values[0] as string, digest, principal: own });
      return this.#used(own);
    }
    if (this.#oauth && token.split(".").length === 3) return this.#byOAuth(request, this.#oauth, token, digest, failed);
    if (placeholderIn(token)) return malformed();
    return failed(Refusal.Invalid, "the token is not one of this service's");
  }

  /**
   * Checks that the principal has this scope; returns undefined when it has.
   * @param path the request's, for the hint where to get a better token
   */
  permit(principal: Principal, scope: Scope, path: string): Rejection | undefined {
    if (principal.scopes.has(scope)) return undefined;
    const headers = challenge(this.options.config, path, { scope, error: "insufficient_scope" });
    const detail = `${principal.name} has not got the scope ${scope}`;
    return this.#refused(Refusal.Scope, { ...forbidden(detail), headers });
  }

  #byOAuth(
    request: IncomingMessage,
    oauth: OAuthVerifier,
    token: string,
    digest: Buffer,
    failed: (reason: Refusal, detail: string) => Rejection,
  ) {
    const path = pathOf(request.url);
    const forUs = ({ principal, audiences }: Verified): Principal | Rejection => {
      const accepted = audiencesOf(this.options.config, path);
      if (audiences.some((audience) => accepted.includes(audience))) return this.#paced(principal);
      return failed(Refusal.Invalid, "the OAuth token was made for another audience");
    };
    const hex = digest.toString("hex");
    const known = oauth.known(hex);
    if (known) return forUs(known);
    return oauth.verify(token, hex).then(forUs, (error: unknown) => {
      if (error instanceof TokenError) {
        return failed(Refusal.Invalid, `the OAuth token is not accepted: ${error.message}`);
      }
      if (error instanceof IssuerUnavailable && !error.leftAlone) this.options.onIssuerUnavailable?.(error.message);
      // Not 401: the token may be valid, and on a 401 a client would drop it.
      return this.#refused(Refusal.Issuer, unavailable("the OAuth issuer does not answer; try again", 30));
    });
  }

  #used(principal: Principal): Principal | Rejection {
    this.options.uses?.note(principal.name);
    return this.#paced(principal);
  }

  #paced(principal: Principal): Principal | Rejection {
    const wait = this.#rate.take(principal.name);
    if (wait === 0) return principal;
    const detail = `${principal.name} has used its ${this.options.config.limits.requestsPerMinute} requests a minute`;
    return this.#refused(Refusal.Rate, tooMany(detail, wait));
  }

  /**
   * Counts a failed authentication of an address. Above the limit the answer to a failure is 429. A valid token from
   * that address still passes, as behind a proxy that is not trusted all clients share one address.
   */
  #failed(request: IncomingMessage, wanted: Scope, reason: Refusal, detail: string): Rejection {
    const wait = this.#failures.take(clientNetwork(this.client(request)));
    if (wait > 0) {
      return this.#refused(Refusal.Failures, tooMany("too many failed authentications from this address", wait));
    }
    const { config } = this.options;
    const error =
      reason === Refusal.Invalid ? "invalid_token" : reason === Refusal.Malformed ? "invalid_request" : undefined;
    const headers = challenge(config, pathOf(request.url), { scope: wanted, error });
    // A malformed request is 400 (RFC 6750, section 3.1).
    const [status, title] = error === "invalid_request" ? [400, "Bad Request"] : [401, "Unauthorized"];
    return this.#refused(reason, { status: status as number, title: title as string, detail, headers });
  }

  #refused(reason: Refusal, rejection: Rejection): Rejection {
    this.options.onRefused?.(reason);
    return rejection;
  }
}

function tableOf(tokens: readonly StoredToken[]): TokenTable {
  return new TokenTable(tokens.map((token) => ({ sha256: token.sha256, principal: principalOf(token) })));
}
