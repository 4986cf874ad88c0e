import { randomBytes } from "node:crypto";
import * as oauth from "oauth4webapi";
import type { SealingKey } from "../../../config/orchestrator-config";
import type { ServerInfo } from "../../servers/server-info";
import type { Authorization, BegunSignIn, SignInAttempt, SignInEnd, SignIns } from "../gateway-api";
import { GatewayError } from "../gateway-api";
import type { Credentials } from "../upstream/credentials";
import { WayError } from "../upstream/way-error";
import { ErrorCode } from "../wire/json-rpc";
import { Account } from "./account";
import { type Begun, Issuer } from "./issuer";
import type { Reached } from "./issuer-fetch";
import { resourceOf } from "./resource";
import { SealedFiles } from "./sealed-files";

/** Milliseconds that somebody may take to sign in. */
const PATIENCE_MS = 10 * 60_000;
/** Attempts that are known at a time; the oldest goes first. */
const MOST = 200;

export interface SignInsOptions {
  /** Where sign-ins are kept, encrypted. */
  folder: string;
  keys: readonly SealingKey[];
  /** How browsers reach port 18080. */
  publicUrl: string;
  /** Called when somebody has signed in to a server, or out. */
  changed: (server: string) => void;
  warn: (message: string, error: Error) => void;
  /** Milliseconds since 1970. @default the clock */
  now?: () => number;
}

/** What belongs to a server as it is declared now. */
interface Known {
  generation: string;
  reached: Reached;
  issuer: Issuer;
  account: Account;
}

/** A sign-in under way, or just over. */
interface Attempt {
  id: string;
  server: string;
  principal: string;
  begun: Begun;
  known: Known;
  until: number;
  outcome: SignInAttempt["outcome"];
  reason?: string;
}

/** Who is signed in to which remote server, for the gateway's requests to it. */
export class RemoteSignIns implements SignIns {
  readonly #files: SealedFiles;
  readonly #known = new Map<string, Known>();
  readonly #attempts = new Map<string, Attempt>();
  readonly #now: () => number;

  constructor(private readonly options: SignInsOptions) {
    this.#files = new SealedFiles(options.folder, options.keys);
    this.#now = options.now ?? Date.now;
  }

  /** The tokens for a server's requests; undefined when its manifest has no `oauth`. */
  credentials(server: ServerInfo): Credentials | undefined {
    return this.#of(server)?.account;
  }

  of(server: ServerInfo): Authorization | undefined {
    return this.#of(server)?.account.authorization;
  }

  async begin(server: ServerInfo, principal: string): Promise<BegunSignIn> {
    const known = this.#mustKnow(server);
    if (!this.#files.isReady) throw refused(503, "the stack gave no key to keep tokens with: run bin/dind-mcp up");
    const redirect = `${this.options.publicUrl}/v1/oauth/callback`;
    try {
      const { resource, scopes = [] } = await resourceOf(known.reached);
      const scope = (server.manifest.oauth?.scopes ?? scopes).join(" ");
      const client = await known.issuer.client(redirect, scope);
      const state = oauth.generateRandomState();
      const begun = { client, state, verifier: oauth.generateRandomCodeVerifier(), resource, redirect };
      const url = await known.issuer.url(begun, scope);
      const until = this.#now() + PATIENCE_MS;
      const id = randomBytes(9).toString("base64url");
      this.#remember({ id, server: server.name, principal, begun, known, until, outcome: "waiting" });
      return { id, url, expiresAt: new Date(until).toISOString() };
    } catch (error) {
      throw error instanceof WayError ? refused(502, `server ${server.name}: ${error.message}`) : error;
    }
  }

  attempt(server: ServerInfo, id: string, principal: string): SignInAttempt | undefined {
    const found = this.#attempts.get(id);
    if (!found || found.server !== server.name || found.principal !== principal) return undefined;
    const isLate = found.outcome === "waiting" && found.until < this.#now();
    const { outcome, reason } = isLate ? ({ outcome: "failed", reason: "nobody signed in in time" } as const) : found;
    return {
      outcome,
      ...(reason === undefined ? {} : { reason }),
      authorization: this.#mustKnow(server).account.authorization,
    };
  }

  async finish(brought: URLSearchParams): Promise<SignInEnd | undefined> {
    const state = brought.get("state") ?? "";
    const attempt = [...this.#attempts.values()].find(
      ({ begun, outcome }) => begun.state === state && outcome === "waiting",
    );
    if (!attempt || attempt.until < this.#now()) return undefined;
    const { server, principal, begun, known } = attempt;
    attempt.outcome = "failed"; // the state is good for one answer
    attempt.reason = "its answer is being checked";
    try {
      const tokens = await known.issuer.exchange(begun, brought);
      if (this.#known.get(server) !== known) throw new WayError("the server was declared otherwise meanwhile");
      const { address, manifest } = known.reached;
      const place = { url: address.url, issuer: manifest.oauth?.issuer ?? "" };
      const now = this.#now();
      known.account.begin({
        ...place,
        client: begun.client,
        resource: begun.resource,
        by: principal,
        since: now,
        got: now,
        tokens,
      });
      attempt.outcome = "signed-in";
      attempt.reason = undefined;
      this.options.changed(server);
      return { server, subject: tokens.subject };
    } catch (error) {
      attempt.reason = error instanceof WayError ? error.message : "the orchestrator's disk does not take its tokens";
      if (!(error instanceof WayError)) this.options.warn(`a sign-in to ${server} is lost`, error as Error);
      return { server, failure: attempt.reason };
    }
  }

  async signOut(server: ServerInfo): Promise<boolean> {
    const wasIn = await this.#mustKnow(server).account.end();
    if (wasIn) this.options.changed(server.name);
    return wasIn;
  }

  #of(server: ServerInfo): Known | undefined {
    const { name, generation, address, manifest } = server;
    if (address.type !== "remote" || !manifest.oauth) return undefined;
    const found = this.#known.get(name);
    if (found?.generation === generation) return found;
    const reached = { address, manifest };
    const issuer = new Issuer(reached, this.#now);
    const place = { url: address.url, issuer: manifest.oauth.issuer };
    const { warn } = this.options;
    const account = new Account({ server: name, owner: name, place, issuer, files: this.#files, warn, now: this.#now });
    const known = { generation, reached, issuer, account };
    this.#known.set(name, known);
    return known;
  }

  #mustKnow(server: ServerInfo): Known {
    const known = this.#of(server);
    if (!known) throw refused(409, `nobody signs in to server ${server.name}: its manifest has no oauth`);
    return known;
  }

  /** Another attempt of the same principal at the same server takes its place. */
  #remember(attempt: Attempt): void {
    const now = this.#now();
    for (const [id, { server, principal, until }] of this.#attempts) {
      const isSame = server === attempt.server && principal === attempt.principal;
      if (isSame || until + PATIENCE_MS < now) this.#attempts.delete(id);
    }
    this.#attempts.set(attempt.id, attempt);
    const [oldest] = this.#attempts.keys();
    if (this.#attempts.size > MOST && oldest !== undefined) this.#attempts.delete(oldest);
  }
}

const refused = (status: number, words: string): GatewayError =>
  new GatewayError(status, ErrorCode.ServerUnavailable, words);
