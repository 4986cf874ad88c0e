import { randomBytes } from "node:crypto";
import * as oauth from "oauth4webapi";
import type { SealingKey } from "../../../config/orchestrator-config";
import { SignInGrant, SignInOwner } from "../../../manifest/remote-types";
import type { ServerInfo } from "../../servers/server-info";
import type { Authorization, BegunSignIn, SignInAttempt, SignInEnd, SignInFor, SignIns } from "../gateway-api";
import { GatewayError } from "../gateway-api";
import type { Credentials } from "../upstream/credentials";
import { WayError } from "../upstream/way-error";
import { ErrorCode } from "../wire/json-rpc";
import { Account, type Kept } from "./account";
import { type Begun, Issuer } from "./issuer";
import type { Reached } from "./issuer-fetch";
import { type Resource, resourceOf } from "./resource";
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
  /** Called when somebody has signed in to a server, or out. @param of the principal whose own sign-in it is */
  changed: (server: string, of?: string) => void;
  warn: (message: string, error: Error) => void;
  /** Milliseconds since 1970. @default the clock */
  now?: () => number;
}

/** What belongs to a server as it is declared now. */
interface Known {
  name: string;
  generation: string;
  reached: Reached;
  issuer: Issuer;
  /** By whose they are; "": the operator's. */
  accounts: Map<string, Account>;
}

/** A sign-in under way, or just over. */
interface Attempt {
  id: string;
  server: string;
  by: SignInFor;
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

  /**
   * The tokens for a server's requests; undefined when its manifest has no `oauth`.
   * @param who the principal whose request it is; undefined: the gateway itself
   */
  credentials(server: ServerInfo, who?: string): Credentials | undefined {
    const known = this.#of(server);
    return known && this.#account(known, isPerUser(server) ? who : undefined);
  }

  of(server: ServerInfo, who?: string): Authorization | undefined {
    const known = this.#of(server);
    return known && this.#account(known, who).authorization;
  }

  async begin(server: ServerInfo, by: SignInFor): Promise<BegunSignIn> {
    const known = this.#mustKnow(server, by);
    if (!this.#files.isReady) throw refused(503, "the stack gave no key to keep tokens with: run bin/dind-mcp up");
    const redirect = `${this.options.publicUrl}/v1/oauth/callback`;
    try {
      const { resource, scopes = [] } = await resourceOf(known.reached);
      const scope = this.#account(known, ownerOf(by)).scopeFor(scopes);
      const client = await known.issuer.client(redirect, scope);
      const state = oauth.generateRandomState();
      const begun = { client, state, verifier: oauth.generateRandomCodeVerifier(), resource, redirect };
      const url = await known.issuer.url(begun, scope);
      const until = this.#now() + PATIENCE_MS;
      const id = randomBytes(9).toString("base64url");
      this.#remember({ id, server: server.name, by, begun, known, until, outcome: "waiting" });
      return { id, url, expiresAt: new Date(until).toISOString() };
    } catch (error) {
      throw error instanceof WayError ? refused(502, `server ${server.name}: ${error.message}`) : error;
    }
  }

  attempt(server: ServerInfo, id: string, by: SignInFor): SignInAttempt | undefined {
    const known = this.#mustKnow(server, by);
    const found = this.#attempts.get(id);
    if (!found || found.server !== server.name || !isSame(found.by, by)) return undefined;
    const isLate = found.outcome === "waiting" && found.until < this.#now();
    const { outcome, reason } = isLate ? ({ outcome: "failed", reason: "nobody signed in in time" } as const) : found;
    return {
      outcome,
      ...(reason === undefined ? {} : { reason }),
      authorization: this.#account(known, ownerOf(by)).authorization,
    };
  }

  async finish(brought: URLSearchParams): Promise<SignInEnd | undefined> {
    const state = brought.get("state") ?? "";
    const attempt = [...this.#attempts.values()].find(
      ({ begun, outcome }) => begun.state === state && outcome === "waiting",
    );
    if (!attempt || attempt.until < this.#now()) return undefined;
    const { server, by, begun, known } = attempt;
    attempt.outcome = "failed"; // the state is good for one answer
    attempt.reason = "its answer is being checked";
    try {
      const tokens = await known.issuer.exchange(begun, brought);
      if (this.#known.get(server) !== known) throw new WayError("the server was declared otherwise meanwhile");
      const { address, manifest } = known.reached;
      const place = { url: address.url, issuer: manifest.oauth?.issuer ?? "" };
      const now = this.#now();
      this.#account(known, ownerOf(by)).begin({
        ...place,
        client: begun.client,
        resource: begun.resource,
        by: by.principal,
        since: now,
        got: now,
        tokens,
      });
      attempt.outcome = "signed-in";
      attempt.reason = undefined;
      this.options.changed(server, ownerOf(by));
      return { server, subject: tokens.subject };
    } catch (error) {
      attempt.reason = error instanceof WayError ? error.message : "the orchestrator's disk does not take its tokens";
      if (!(error instanceof WayError)) this.options.warn(`a sign-in to ${server} is lost`, error as Error);
      return { server, failure: attempt.reason };
    }
  }

  async signOut(server: ServerInfo, by: SignInFor): Promise<boolean> {
    return this.#end(this.#mustKnow(server, by), ownerOf(by));
  }

  /** Forgets the sign-ins of principals that ended while nobody was here: a later one of the same name begins with none. */
  keepPrincipals(isThere: (principal: string) => boolean): void {
    for (const file of this.#files.owners()) {
      const { who } = partsOf(file);
      if (who !== undefined && !isThere(who)) this.forget(who);
    }
  }

  /** Forgets the sign-ins at servers that are no more. */
  keepServers(isThere: (server: string) => boolean): void {
    for (const file of this.#files.owners()) if (!isThere(partsOf(file).server)) this.#files.remove(file);
    for (const name of this.#known.keys()) if (!isThere(name)) this.#known.delete(name);
  }

  /** Ends all that a principal signed in to for itself, and what it has begun: it is no more. Never rejects. */
  forget(principal: string): void {
    for (const [id, { by }] of this.#attempts) if (by.principal === principal) this.#attempts.delete(id);
    for (const file of this.#files.owners()) {
      const { server, who } = partsOf(file);
      if (who !== principal) continue;
      const known = this.#known.get(server);
      if (known)
        void this.#end(known, who).catch((error: Error) => this.options.warn("a sign-in was not forgotten", error));
      else this.#files.remove(file);
    }
  }

  async #end(known: Known, who: string | undefined): Promise<boolean> {
    const ended = this.#account(known, who).end(); // it is forgotten at once; the issuer may take its time
    this.options.changed(known.name, who);
    return ended;
  }

  /** The sign-in of a principal of its own; undefined: the operator's. */
  #account({ name, reached, issuer, accounts }: Known, who: string | undefined): Account {
    const found = accounts.get(who ?? "");
    if (found) return found;
    const place = { url: reached.address.url, issuer: reached.manifest.oauth?.issuer ?? "" };
    const login = `bin/dind-mcp servers login ${name}`;
    const advice = who === undefined ? login : `${login} --own, with the token ${who}`;
    const parts = { files: this.#files, warn: this.options.warn, now: this.#now };
    const { scopes, grant } = reached.manifest.oauth ?? {};
    const self = grant === SignInGrant.ClientCredentials ? this.#self(reached, issuer, place) : undefined;
    const account = new Account({ ...parts, advice, owner: fileOf(name, who), place, issuer, scopes, self });
    accounts.set(who ?? "", account);
    return account;
  }

  /** Gets tokens for the manifest's client. */
  #self(reached: Reached, issuer: Issuer, place: Pick<Kept, "url" | "issuer">): () => Promise<Kept> {
    const { clientId: id = "", scopes } = reached.manifest.oauth ?? {};
    let resource: Resource | undefined;
    return async () => {
      resource ??= await resourceOf(reached);
      const tokens = await issuer.own(resource.resource, (scopes ?? resource.scopes ?? []).join(" "));
      const now = this.#now();
      const told = { client: { id }, resource: resource.resource, by: "oauth.clientId", since: now, got: now };
      return { ...place, ...told, tokens };
    };
  }

  #of(server: ServerInfo): Known | undefined {
    const { name, generation, address, manifest } = server;
    if (address.type !== "remote" || !manifest.oauth) return undefined;
    const found = this.#known.get(name);
    if (found?.generation === generation) return found;
    const reached = { address, manifest };
    const issuer = new Issuer(reached, this.#now);
    const known = { name, generation, reached, issuer, accounts: new Map<string, Account>() };
    this.#known.set(name, known);
    return known;
  }

  #mustKnow(server: ServerInfo, { own = false }: SignInFor): Known {
    const known = this.#of(server);
    if (!known) throw refused(409, `nobody signs in to server ${server.name}: its manifest has no oauth`);
    if (server.manifest.oauth?.grant === SignInGrant.ClientCredentials)
      throw refused(409, `nobody signs in to server ${server.name}: its manifest has oauth.grant client-credentials`);
    if (own && !isPerUser(server))
      throw refused(409, `server ${server.name} has one sign-in for all: its manifest has no credentials per-user`);
    return known;
  }

  /** Another attempt of the same principal at the same server takes its place. */
  #remember(attempt: Attempt): void {
    const now = this.#now();
    for (const [id, { server, by, until }] of this.#attempts) {
      if ((server === attempt.server && isSame(by, attempt.by)) || until + PATIENCE_MS < now) this.#attempts.delete(id);
    }
    this.#attempts.set(attempt.id, attempt);
    const [oldest] = this.#attempts.keys();
    if (this.#attempts.size > MOST && oldest !== undefined) this.#attempts.delete(oldest);
  }
}

const isPerUser = ({ manifest }: ServerInfo): boolean => manifest.oauth?.credentials === SignInOwner.PerUser;
const isSame = (one: SignInFor, other: SignInFor): boolean =>
  one.principal === other.principal && (one.own ?? false) === (other.own ?? false);
const ownerOf = ({ principal, own }: SignInFor): string | undefined => (own ? principal : undefined);

/** The name of a sign-in's file: no server's name has a space in it. */
const fileOf = (server: string, who: string | undefined): string => (who === undefined ? server : `${server} ${who}`);

function partsOf(file: string): { server: string; who?: string } {
  const end = file.indexOf(" ");
  return end < 0 ? { server: file } : { server: file.slice(0, end), who: file.slice(end + 1) };
}

const refused = (status: number, words: string): GatewayError =>
  new GatewayError(status, ErrorCode.ServerUnavailable, words);
