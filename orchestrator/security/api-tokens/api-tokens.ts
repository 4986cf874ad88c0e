import { randomBytes } from "node:crypto";
import { tellAll } from "../../../lib/tell-all";
import type { Principal } from "../principal";
import { digestOf, principalOf, TokenTable } from "../tokens";
import { type KeptToken, readTokens, writeJson } from "./token-file";
import type { Rights } from "./token-rights";

/** Tokens that there may be at a time, expired ones not counted. */
export const MOST_TOKENS = 200;
/** Milliseconds until the ends are looked at again: a machine that slept has not counted on. */
const LOOK_MS = 30_000;
/** Bytes of a token. */
const RANDOM_BYTES = 32;

/** What a new token is made of. */
export interface NewToken extends Rights {
  name: string;
  label?: string;
}

/** The principal's name of a token made through the API. No token of the stack and no OAuth subject has such a name. */
export const principalName = (name: string): string => `api:${name}`;

/** The bearer tokens that were made through the API. Their hashes are stored on the orchestrator's volume. */
export class ApiTokens {
  #kept: KeptToken[];
  #table: TokenTable;
  #timer: NodeJS.Timeout | undefined;
  readonly #ended = new Set<(principal: Principal) => void>();

  /**
   * @param failed called when somebody who is told of an end throws
   * @param now milliseconds since 1970
   * @throws Error when the file holds something else
   */
  constructor(
    private readonly file: string,
    private readonly failed: (error: Error) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.#kept = readTokens(file);
    this.#table = tableOf(this.#kept);
    this.#watch();
  }

  /** Finds a token by its hash; undefined also for one whose time is over. */
  find(digest: Buffer): Principal | undefined {
    const found = this.#table.find(digest);
    return found && this.#isGood(found) ? found : undefined;
  }

  /** Returns all tokens, also those whose time is over. */
  list(): readonly KeptToken[] {
    return this.#kept;
  }

  /** Tells what ends with a token: its principal, when it was revoked or its time is over. */
  onEnd(listener: (principal: Principal) => void): void {
    this.#ended.add(listener);
  }

  /** True when there may be no more. */
  get isFull(): boolean {
    return this.#kept.filter((token) => this.#isGood(token)).length >= MOST_TOKENS;
  }

  /** Returns whether the token of a principal of this name is good. */
  isGood(principal: string): boolean {
    return this.#kept.some((token) => principalName(token.name) === principal && this.#isGood(token));
  }

  /** Returns whether a token of that name is good. */
  has(name: string): boolean {
    return this.#kept.some((token) => token.name === name && this.#isGood(token));
  }

  /**
   * Makes a token; one of the same name whose time is over gives way.
   * @param createdBy name of the principal that makes it
   * @returns the token itself, which is stored nowhere
   * @throws Error when it cannot be stored: then there is none
   */
  make(
    { name, label, scopes, servers, tools, until }: NewToken,
    createdBy: string,
  ): { token: string; kept: KeptToken } {
    const token = randomBytes(RANDOM_BYTES).toString("base64url");
    const sha256 = digestOf(token).toString("hex");
    const kept = { name, label, scopes, servers, tools, sha256, created: this.now(), createdBy, until };
    const all = [...this.#kept.filter((one) => one.name !== name && this.#isGood(one)), kept];
    writeJson(this.file, all, true);
    this.#use(all);
    return { token, kept };
  }

  /**
   * Revokes a token: it is refused from now on, and what it opened ends.
   * @returns false when there is none of that name
   * @throws Error when that cannot be stored: it is refused until the orchestrator starts again
   */
  revoke(name: string): boolean {
    const gone = this.#kept.find((token) => token.name === name);
    if (!gone) return false;
    this.#use(this.#kept.filter((token) => token !== gone));
    this.#tell(gone);
    writeJson(this.file, this.#kept, true);
    return true;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #use(tokens: KeptToken[]): void {
    this.#kept = tokens;
    this.#table = tableOf(tokens);
    this.#watch();
  }

  #isGood({ until }: { until?: number }): boolean {
    return until === undefined || this.now() < until;
  }

  /** Waits for the next end. */
  #watch(): void {
    clearTimeout(this.#timer);
    const now = this.now();
    const ends = this.#kept.flatMap(({ until }) => (until !== undefined && until > now ? [until] : []));
    if (ends.length === 0) return;
    this.#timer = setTimeout(() => this.#look(now), Math.min(LOOK_MS, Math.min(...ends) - now));
    this.#timer.unref();
  }

  /** Tells of the ends since a moment. */
  #look(since: number): void {
    const over = this.#kept.filter((token) => !this.#isGood(token) && (token.until ?? 0) > since);
    this.#watch();
    for (const token of over) this.#tell(token);
  }

  #tell(token: KeptToken): void {
    tellAll(this.#ended, [principalFor(token)], this.failed);
  }
}

function principalFor(token: KeptToken): Principal {
  return { ...principalOf(token), name: principalName(token.name), until: token.until };
}

function tableOf(tokens: KeptToken[]): TokenTable {
  return new TokenTable(tokens.map((token) => ({ sha256: token.sha256, principal: principalFor(token) })));
}
