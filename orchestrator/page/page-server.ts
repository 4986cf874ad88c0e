import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { PAGE_HEADER, pagePaths } from "../../api/paths";
import { Scope } from "../../api/scopes";
import type { OrchestratorConfig } from "../../config/orchestrator-config";
import { isMapping } from "../../lib/mapping";
import type { Handler } from "../http/front";
import { guardedServer } from "../http/guarded-server";
import { listen, shut } from "../http/listening";
import { reject } from "../http/problem";
import type { Guard } from "../security/guard-api";
import { isRejection, type Rejection } from "../security/principal";
import { pathOf } from "../security/resource-metadata";
import type { SignInLinks } from "../security/sign-in-links";
import type { Asset } from "./assets";
import { cameByTls, cookieName, cookieOf, setCookie } from "./cookie";
import type { SignIn, SignIns } from "./sign-ins";

/** Requests to the API at the same time, streams among them: a page never takes what the gateway needs. */
const IN_FLIGHT = 64;
/** Bytes of what is sent to sign in: an OAuth token has some thousand. */
const SIGN_IN_BYTES = 16 * 2 ** 10;
/** Bytes of a cookie with its attributes that every browser keeps (RFC 6265, 6.1). A longer one it drops without a word. */
const COOKIE_BYTES = 4_096;

/** Stands for a token that was not given: the guard refuses and counts it. */
const NO_TOKEN = "0";

const SIGNED_OUT: Rejection = {
  status: 401,
  title: "Unauthorized",
  detail: "nobody is signed in: sign in on the page",
};
const NOT_OURS: Rejection = {
  status: 403,
  title: "Forbidden",
  detail: `only the page itself may ask: it sends the header ${PAGE_HEADER}`,
};
const BUSY: Rejection = {
  status: 503,
  title: "Service Unavailable",
  detail: `the page has ${IN_FLIGHT} requests open already`,
  headers: { "Retry-After": "1" },
};

/** What the page's server needs. */
export interface PageServerParts {
  guard: Guard;
  config: Pick<OrchestratorConfig, "limits" | "stack" | "pageUrl">;
  /** The built page, by path. */
  assets: ReadonlyMap<string, Asset>;
  signIns: SignIns;
  links: SignInLinks;
  /** The listener of the REST API. */
  rest: Handler;
}

/**
 * Serves the page on port 18081: its files, signing in and out, and the REST API with the rights of the token that was
 * signed in with. The token stays in a cookie that scripts cannot read.
 */
export class PageServer {
  readonly #server: Server;
  readonly #cookie: string;
  #inFlight = 0;

  constructor(private readonly parts: PageServerParts) {
    this.#cookie = cookieName(parts.config.stack);
    this.#server = guardedServer({
      guard: parts.guard,
      limits: parts.config.limits,
      refuse: (response, rejection) => reject(response, rejection, randomUUID()),
      handle: (request, response) => this.#answer(request, response),
    });
  }

  /** Starts to listen. @returns the port */
  listen(port: number, host?: string): Promise<number> {
    return listen(this.#server, port, host);
  }

  /** Refuses new connections, and ends the open ones. */
  close(): Promise<void> {
    return shut(this.#server);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request.url);
    const toApi = path.startsWith("/v1/") || path === "/openapi.json";
    const toSign = path === pagePaths.signIn || path === pagePaths.signOut;
    const allowed = toSign ? ["POST"] : ["GET", "HEAD"];
    if (!toApi && !allowed.includes(request.method ?? "")) return reject(response, onlyBy(allowed), randomUUID());
    if (!toApi && !toSign) return this.#file(request, response, path);
    // Other pages of this host are the same site for a cookie. None of them can send this header without asking first.
    if (request.headers[PAGE_HEADER] === undefined) return reject(response, NOT_OURS, randomUUID());
    if (path === pagePaths.signIn) return this.#signIn(request, response);
    const signIn = await this.#who(request);
    if (!signIn) return reject(response, SIGNED_OUT, randomUUID());
    if (response.closed) return; // while we looked: its end would not be told again
    if (path === pagePaths.signOut) return this.#signOut(request, response, signIn);
    if (this.#inFlight >= IN_FLIGHT) return reject(response, BUSY, randomUUID());
    this.#inFlight++;
    response.once("close", () => this.#inFlight--);
    request.headers["x-request-id"] = randomUUID();
    carry(request, signIn.token);
    this.parts.rest(request, response);
  }

  async #who(request: IncomingMessage): Promise<SignIn | undefined> {
    const value = cookieOf(request, this.#cookie);
    return value === undefined ? undefined : this.parts.signIns.of(value, keyOf(request));
  }

  async #signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = await this.#given(request);
    // A guess of a code counts as one of a token does.
    carry(request, token ?? NO_TOKEN);
    const who = await this.parts.guard.authenticate(request, Scope.Read);
    if (isRejection(who)) return reject(response, who, randomUUID());
    const { value, seconds } = await this.parts.signIns.begin(token as string, keyOf(request));
    const cookie = this.#setCookie(request, value, seconds);
    if (cookie.length > COOKIE_BYTES) return reject(response, tooLong(token as string), randomUUID());
    response.writeHead(204, { "Set-Cookie": cookie }).end();
  }

  #setCookie(request: IncomingMessage, value: string, seconds: number): string {
    return setCookie(this.#cookie, value, seconds, cameByTls(request, this.parts.config.pageUrl));
  }

  /** Returns the token that a request to sign in gives, or that its code stands for. */
  async #given(request: IncomingMessage): Promise<string | undefined> {
    if (!(Number(request.headers["content-length"]) <= SIGN_IN_BYTES)) return undefined;
    const body: unknown = await json(request).catch(() => undefined);
    if (!isMapping(body)) return undefined;
    if (typeof body.code === "string") return this.parts.links.use(body.code);
    return typeof body.token === "string" ? body.token : undefined;
  }

  #signOut(request: IncomingMessage, response: ServerResponse, signIn: SignIn): void {
    this.parts.signIns.end(signIn);
    response.writeHead(204, { "Set-Cookie": this.#setCookie(request, "", 0) }).end();
  }

  /** Answers with a file. The document answers for the addresses of all views, which have no dot. */
  #file(request: IncomingMessage, response: ServerResponse, path: string): void {
    const asset = this.parts.assets.get(path) ?? (path.includes(".") ? undefined : this.parts.assets.get("/"));
    if (!asset) {
      const detail = `there is nothing at ${path}`;
      reject(response, { status: 404, title: "Not Found", detail }, randomUUID());
      return;
    }
    const packed = /\bbr\b/.test(request.headers["accept-encoding"]?.toString() ?? "") ? asset.packed : undefined;
    response.writeHead(200, {
      ...asset.headers,
      Vary: "Accept-Encoding",
      "Content-Length": (packed ?? asset.body).length,
      ...(packed ? { "Content-Encoding": "br" } : {}),
    });
    response.end(request.method === "HEAD" ? undefined : (packed ?? asset.body));
  }
}

/** What the page calls itself by: it alone can read that, as it is kept for its port. */
function keyOf({ headers }: IncomingMessage): string {
  return String(headers[PAGE_HEADER]);
}

function tooLong({ length }: string): Rejection {
  const detail =
    `the token is right, but with ${length} characters it is longer than a browser's cookie holds: sign in with one ` +
    "that has fewer claims, or with one of the stack's own (bin/dind-mcp ui)";
  return { status: 413, title: "Content Too Large", detail };
}

function onlyBy(allowed: string[]): Rejection {
  const list = allowed.join(", ");
  return { status: 405, title: "Method Not Allowed", detail: `use ${list}`, headers: { Allow: list } };
}

/** Puts a token where the guard looks for it, in place of what the request itself had there. */
function carry(request: IncomingMessage, token: string): void {
  const kept: string[] = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const [name, value] = request.rawHeaders.slice(index, index + 2) as [string, string];
    if (!/^(authorization|cookie)$/i.test(name)) kept.push(name, value);
  }
  request.rawHeaders.splice(0, request.rawHeaders.length, ...kept, "Authorization", `Bearer ${token}`);
  request.headers.authorization = `Bearer ${token}`;
  delete request.headers.cookie;
}
