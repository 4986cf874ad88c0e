import * as oauth from "oauth4webapi";
import type { SealingKey } from "../../../config/orchestrator-config";
import { SignInGrant, SignInOwner } from "../../../manifest/remote-types";
import type { ServerInfo } from "../../servers/server-info";
import type { Authorization, BegunSignIn, SignInAttempt, SignInEnd, SignInFor, SignIns } from "../gateway-api";
import { GatewayError } from "../gateway-api";
import type { Credentials } from "../upstream/credentials";
import { WayError } from "../upstream/way-error";
import { ErrorCode } from "../wire/json-rpc";
import { Account, type AccountParts, type Kept } from "./account";
import { Attempts } from "./attempts";
import { Issuer } from "./issuer";
import type { Reached } from "./issuer-fetch";
import { type Resource, resourceOf } from "./resource";
import { SealedFiles } from "./sealed-files";

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

/** Who is signed in to which remote server, for the gateway's requests to it. */
export class RemoteSignIns implements SignIns {
  readonly #files: SealedFiles;
  readonly #known = new Map<string, Known>();
  readonly #attempts: Attempts<Known>;
  readonly #now: () => number;

  constructor(private readonly options: SignInsOptions) {
    this.#files = new SealedFiles(options.folder, options.keys);
    this.#now = options.now ?? Date.now;
    this.#attempts = new Attempts(this.#now);
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
      const { id, until } = this.#attempts.begin(server.name, by, begun, known);
      return { id, url, expiresAt: new Date(until).toISOString() };
    } catch (error) {
      throw error instanceof WayError ? refused(502, `server ${server.name}: ${error.message}`) : error;
    }
  }

  attempt(server: ServerInfo, id: string, by: SignInFor): SignInAttempt | undefined {
    const known = this.#mustKnow(server, by);
    const told = this.#attempts.told(server.name, id, by);
    return told && { ...told, authorization: this.#account(known, ownerOf(by)).authorization };
  }

  async finish(brought: URLSearchParams): Promise<SignInEnd | undefined> {
    const attempt = this.#attempts.take(brought.get("state") ?? "");
    if (!attempt) return undefined;
    const { server, by, begun, known } = attempt;
    try {
      const tokens = await known.issuer.exchange(begun, brought);
      if (this.#known.get(server) !== known) throw new WayError("the server was declared otherwise meanwhile");
      if (!this.#attempts.has(attempt)) throw new WayError("the token that began it was revoked meanwhile");
      const now = this.#now();
      this.#account(known, ownerOf(by)).begin({
        ...placeOf(known.reached),
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
    this.#attempts.forget(principal);
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
  #account(known: Known, who: string | undefined): Account {
    const found = known.accounts.get(who ?? "");
    if (found) return found;
    const account = new Account(this.#parts(known, who));
    known.accounts.set(who ?? "", account);
    return account;
  }

  #parts({ name, reached, issuer }: Known, who: string | undefined): AccountParts {
    const { scopes, grant } = reached.manifest.oauth ?? {};
    const place = placeOf(reached);
    const login = `bin/dind-mcp servers login ${name}`;
    return {
      ...{ files: this.#files, warn: this.options.warn, now: this.#now, issuer, place, scopes },
      owner: fileOf(name, who),
      advice: who === undefined ? login : `${login} --own, with the token ${who}`,
      self: grant === SignInGrant.ClientCredentials ? this.#self(reached, issuer, place) : undefined,
    };
  }

  /** Gets tokens for the manifest's client. */
  #self(reached: Reached, issuer: Issuer, place: Place): () => Promise<Kept> {
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
    const known: Known = { name, generation, reached, issuer: new Issuer(reached, this.#now), accounts: new Map() };
    // Sessions of before go on with the accounts that they have: two of one sign-in would take each other's refresh token.
    for (const [who, account] of found?.accounts ?? []) {
      if (found && isSamePlace(placeOf(found.reached), placeOf(reached))) {
        account.redeclared(this.#parts(known, who === "" ? undefined : who));
        known.accounts.set(who, account);
      } else account.retire();
    }
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
}

const isPerUser = ({ manifest }: ServerInfo): boolean => manifest.oauth?.credentials === SignInOwner.PerUser;
type Place = AccountParts["place"];
const placeOf = ({ address, manifest }: Reached): Place => ({ url: address.url, issuer: manifest.oauth?.issuer ?? "" });
const isSamePlace = (one: Place, other: Place): boolean => one.url === other.url && one.issuer === other.issuer;
const ownerOf = ({ principal, own }: SignInFor): string | undefined => (own ? principal : undefined);

/** The name of a sign-in's file: no server's name has a space in it. */
const fileOf = (server: string, who: string | undefined): string => (who === undefined ? server : `${server} ${who}`);

function partsOf(file: string): { server: string; who?: string } {
  const end = file.indexOf(" ");
  return end < 0 ? { server: file } : { server: file.slice(0, end), who: file.slice(end + 1) };
}

const refused = (status: number, words: string): GatewayError =>
  new GatewayError(status, ErrorCode.ServerUnavailable, words);
