import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The name of the remote server: public to look at, and nobody's. */
export const FAR = "mcp.far.example.com";
/** The name of the authorization server. */
export const ISSUER = "login.far.example.com";

/** What an authorization server does otherwise than it should, or than most do. */
export interface IssuerHabits {
  /** The `iss` of its answers; "none": it gives none, though its metadata say so. @default its own */
  iss?: string;
  /** Does not register clients. */
  closed?: boolean;
  /** Changes its metadata. */
  metadata?: Record<string, unknown>;
  /** Seconds that an access token is good for. @default 3600 */
  lifetime?: number;
  /** Gives no refresh token. */
  noRefresh?: boolean;
  /** What it answers to every request for tokens. */
  tokenAnswer?: { status: number; body: Record<string, unknown> };
  /** Ends its metadata with a redirect. */
  moved?: string;
}

interface Grant {
  client: string;
  /** True when the scope `openid` was asked for: then the tokens say who signed in. */
  isNamed?: boolean;
  challenge?: string;
  redirect?: string;
  resource: string | null;
}

/** A small authorization server of OAuth 2.1 that says yes to everybody, and checks what clients send. Plain HTTP. */
export class Issuer {
  readonly issuer = `https://${ISSUER}`;
  habits: IssuerHabits = {};
  /** What came to it: method, path, headers and the form. */
  readonly requests: { path: string; headers: IncomingMessage["headers"]; form: URLSearchParams; body: string }[] = [];
  /** Access tokens that are good. */
  readonly access = new Set<string>();
  /** The scope that the latest request for tokens named. */
  asked: string | null = null;
  readonly refresh = new Map<string, Grant>();
  readonly clients = new Map<string, string | undefined>();
  readonly #codes = new Map<string, Grant>();
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => this.#answer(request, response, Buffer.concat(chunks).toString()));
  });

  async start(port = 0, host = "127.0.0.1"): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, host, resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** True for an Authorization header with one of its tokens. */
  accepts(header: string | undefined): boolean {
    return header !== undefined && this.access.has(header.replace(/^Bearer /, ""));
  }

  /** Does what a browser would, and the person in front of it. @returns what the browser brings back */
  browse(url: string): URLSearchParams {
    const { host, pathname, searchParams: asked } = new URL(url);
    if (host !== ISSUER || pathname !== "/authorize") throw new Error(`the browser is at ${url}`);
    const client = asked.get("client_id") ?? "";
    if (!this.clients.has(client) || asked.get("code_challenge_method") !== "S256") throw new Error(`refused: ${url}`);
    const code = random();
    const challenge = asked.get("code_challenge") ?? "";
    const redirect = asked.get("redirect_uri") ?? "";
    const isNamed = (asked.get("scope") ?? "").split(" ").includes("openid");
    this.#codes.set(code, { client, isNamed, challenge, redirect, resource: asked.get("resource") });
    const { iss = this.issuer } = this.habits;
    return new URLSearchParams({ code, state: asked.get("state") ?? "", ...(iss === "none" ? {} : { iss }) });
  }

  get metadata(): Record<string, unknown> {
    return {
      issuer: this.issuer,
      authorization_endpoint: `${this.issuer}/authorize`,
      token_endpoint: `${this.issuer}/token`,
      revocation_endpoint: `${this.issuer}/revoke`,
      ...(this.habits.closed ? {} : { registration_endpoint: `${this.issuer}/register` }),
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
      ...this.habits.metadata,
    };
  }

  #answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const { pathname: path } = new URL(request.url ?? "", this.issuer);
    const form = new URLSearchParams(body);
    this.requests.push({ path, headers: request.headers, form, body });
    const json = (status: number, value: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (path === "/.well-known/oauth-authorization-server") {
      const { moved } = this.habits;
      if (moved !== undefined) response.writeHead(302, { location: moved }).end();
      else json(200, this.metadata);
    } else if (path === "/authorize") {
      const asked = new URL(request.url ?? "", this.issuer);
      const location = `${asked.searchParams.get("redirect_uri")}?${this.browse(asked.href)}`;
      response.writeHead(302, { location }).end();
    } else if (path === "/register") {
      const client_id = `client-${random()}`;
      this.clients.set(client_id, undefined);
      json(201, { ...JSON.parse(body), client_id });
    } else if (path === "/token") this.#token(request, form, json);
    else if (path === "/revoke") {
      this.refresh.delete(form.get("token") ?? "");
      json(200, {});
    } else json(404, {});
  }

  #token(request: IncomingMessage, form: URLSearchParams, json: (status: number, value: unknown) => void): void {
    const { tokenAnswer, lifetime = 3600, noRefresh } = this.habits;
    const grant = this.#grant(request, form);
    if (tokenAnswer) json(tokenAnswer.status, tokenAnswer.body);
    else if (typeof grant === "string") json(400, { error: grant, error_description: `because of ${grant}` });
    else {
      const access_token = `access-${random()}`;
      const refresh_token = `refresh-${random()}`;
      this.access.add(access_token);
      this.refresh.set(refresh_token, grant);
      const more = noRefresh || form.get("grant_type") === "client_credentials" ? {} : { refresh_token };
      const named = grant.isNamed ? { id_token: this.#idToken(grant.client) } : {};
      json(200, { access_token, token_type: "Bearer", expires_in: lifetime, ...more, ...named });
    }
  }

  /** Who signed in, for a client. Nobody checks the signature: it comes from the issuer itself. */
  #idToken(client: string): string {
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: this.issuer, aud: client, sub: "u1", email: "ann@example.com", iat: now, exp: now + 600 };
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    return `${part({ alg: "RS256" })}.${part(claims)}.${random()}`;
  }

  /** What a request for tokens is granted; a text: the error. */
  #grant(request: IncomingMessage, form: URLSearchParams): Grant | string {
    if (this.habits.tokenAnswer) return "";
    const client = this.#client(request, form);
    if (client === undefined) return "invalid_client";
    this.asked = form.get("scope");
    if (form.get("grant_type") === "client_credentials") return { client, resource: form.get("resource") };
    const isCode = form.get("grant_type") === "authorization_code";
    const grants = isCode ? this.#codes : this.refresh;
    const given = form.get(isCode ? "code" : "refresh_token") ?? "";
    const grant = grants.get(given);
    grants.delete(given); // each is good once
    if (!grant || grant.client !== client || grant.resource !== form.get("resource")) return "invalid_grant";
    const verifier = form.get("code_verifier") ?? "";
    const isProven = grant.challenge === createHash("sha256").update(verifier).digest("base64url");
    return isCode && !(isProven && grant.redirect === form.get("redirect_uri")) ? "invalid_grant" : grant;
  }

  #client(request: IncomingMessage, form: URLSearchParams): string | undefined {
    const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    const [id, secret] = basic
      ? Buffer.from(basic, "base64").toString().split(":").map(decodeURIComponent)
      : [form.get("client_id"), form.get("client_secret") ?? undefined];
    return id && this.clients.has(id) && this.clients.get(id) === secret ? id : undefined;
  }
}

const random = (): string => randomBytes(24).toString("base64url");
