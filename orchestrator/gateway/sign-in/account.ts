import { z } from "zod";
import { oneLine } from "../../../lib/plain-text";
import type { Authorization } from "../gateway-api";
import type { Credentials } from "../upstream/credentials";
import { WayError } from "../upstream/way-error";
import { parameterOf, scopesIn } from "./challenge";
import { type Issuer, RefusedError } from "./issuer";
import type { SealedFiles } from "./sealed-files";

/** Milliseconds before its end that an access token is renewed; of a short one the last quarter. */
const AHEAD_MS = 60_000;
/** Milliseconds without another attempt after one that failed. */
const PAUSE_MS = 5_000;
/** Milliseconds in which the refusal of a replaced token, too, means that no token of the issuer's will do. */
const IN_VAIN_MS = 30_000;

/** Most scopes of a server's wish that are shown, and characters of each. */
const MOST_SCOPES = 20;
const SHOWN = 100;
const NOBODY = "nobody has signed in";

/** What is kept of a sign-in. */
const keptSchema = z.object({
  /** Where it is for: tokens go nowhere else. */
  url: z.string(),
  issuer: z.string(),
  client: z.object({ id: z.string(), secret: z.string().optional(), method: z.string().optional() }),
  resource: z.string(),
  by: z.string(),
  /** Milliseconds since 1970. */
  since: z.number(),
  /** Milliseconds since 1970 when the tokens came. */
  got: z.number(),
  tokens: z.object({
    access: z.string(),
    refresh: z.string().optional(),
    until: z.number().optional(),
    scope: z.string().optional(),
    subject: z.string().optional(),
  }),
});
export type Kept = z.infer<typeof keptSchema>;

/** Whose sign-in it is, and what it needs. */
export interface AccountParts {
  /** What somebody has to do that nobody has done. */
  advice: string;
  /** Name of its file. */
  owner: string;
  /** The server's address and its issuer, as the manifest says them. */
  place: Pick<Kept, "url" | "issuer">;
  issuer: Issuer;
  files: SealedFiles;
  /** Scopes that the manifest asks for; then no others are. */
  scopes?: string[];
  /** Gets tokens without anybody, by client credentials; they are not written down. @default somebody signs in */
  self?: () => Promise<Kept>;
  /** Hears of tokens that cannot be written down. */
  warn: (message: string, error: Error) => void;
  /** Milliseconds since 1970. @default the clock */
  now?: () => number;
}

/** One sign-in at one remote server: its tokens, renewed ahead of their end. */
export class Account implements Credentials {
  #kept: Kept | undefined;
  /** Why there are no more tokens. */
  #over: string | undefined;
  /** Why the latest attempt failed, and when. */
  #failed: { reason: string; at: number } | undefined;
  #renewing: Promise<void> | undefined;
  /** Scopes that the server wanted beyond those that it got. */
  #wanted: string[] = [];
  /** What took the place of a token that the server refused, and when. */
  #replaced: { by: string; at: number } | undefined;
  readonly #now: () => number;

  constructor(private parts: AccountParts) {
    const { files, owner, place } = parts;
    this.#now = parts.now ?? Date.now;
    const kept = keptSchema.safeParse(files.read(owner)).data;
    if (!parts.self && kept?.url === place.url && kept.issuer === place.issuer) this.#kept = kept;
  }

  /** The server is declared otherwise, at the same address: what is there goes on. */
  redeclared(parts: AccountParts): void {
    this.parts = parts;
  }

  /** The server is elsewhere now: what is there is sent no more, and not written down again. */
  retire(): void {
    this.#kept = undefined;
    this.parts = { ...this.parts, self: undefined };
  }

  /** How it is. */
  get authorization(): Authorization {
    if (!this.#kept) {
      const { self } = this.parts;
      if (self && this.#failed) return { state: "failed", reason: this.#failed.reason };
      return { state: "needed", reason: self ? "no token was asked for yet" : this.#advice(NOBODY) };
    }
    const { by, since, tokens } = this.#kept;
    const { subject, until } = tokens;
    const told = {
      ...{ by, since: new Date(since).toISOString() },
      ...(subject === undefined ? {} : { subject }),
      ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    };
    if (this.#over !== undefined) return { ...told, state: "expired", reason: this.#advice(this.#over) };
    if (this.#failed) return { ...told, state: "failed", reason: this.#failed.reason };
    if (this.#wanted.length > 0) return { ...told, state: "signed-in", reason: this.#wanting() };
    return { ...told, state: "signed-in" };
  }

  /** The scopes that a sign-in asks for. @param usual those that the server names */
  scopeFor(usual: string[]): string {
    const { scopes } = this.parts;
    if (scopes) return scopes.join(" ");
    const had = this.#kept?.tokens.scope?.split(" ").filter(Boolean) ?? [];
    return [...new Set([...usual, ...(this.#wanted.length > 0 ? had : []), ...this.#wanted])].join(" ");
  }

  ready(): Promise<void> | undefined {
    if (!this.#kept && this.parts.self) return this.#renew();
    const { got, tokens } = this.#good();
    const { until, refresh } = tokens;
    if (until === undefined) return undefined;
    const now = this.#now();
    if (until - now > Math.min(AHEAD_MS, (until - got) / 4)) return undefined;
    if (refresh === undefined && !this.parts.self) {
      if (until > now) return undefined;
      throw this.#end("its access ended, and the issuer gave nothing to renew it with");
    }
    const renewed = this.#renew();
    if (until <= now) return renewed;
    renewed.catch(() => {}); // the token is still good; `authorization` tells
    return undefined;
  }

  header(): string {
    return `Bearer ${this.#good().tokens.access}`;
  }

  async renew(refused: string | undefined): Promise<void> {
    if (this.#renewing) return this.#renewing;
    if (this.header() !== refused) return; // another request has renewed it already
    const now = this.#now();
    if (this.#good().tokens.refresh === undefined && !this.parts.self)
      throw this.#end("the server refuses its access (HTTP 401)");
    if (refused === this.#replaced?.by && now - this.#replaced.at < IN_VAIN_MS) {
      this.#failed = { reason: "the server refuses the tokens that its issuer gives (HTTP 401)", at: now };
      throw new WayError(this.#failed.reason);
    }
    await this.#renew();
    this.#replaced = { by: this.header(), at: now };
  }

  forbidden(challenge: string): void {
    if (parameterOf(challenge, "error") !== "insufficient_scope") return;
    this.#wanted = (scopesIn(challenge) ?? []).slice(0, MOST_SCOPES).map((scope) => oneLine(scope, SHOWN));
    throw new WayError(this.#wanting());
  }

  /** Takes the tokens of a new sign-in. @throws Error when the disk does not take them */
  begin(kept: Kept): void {
    this.parts.files.write(this.parts.owner, kept);
    this.#kept = kept;
    this.#over = undefined;
    this.#failed = undefined;
    this.#wanted = [];
  }

  /** Forgets everything, and tells the issuer. @returns false when nobody was signed in */
  async end(): Promise<boolean> {
    const kept = this.#kept;
    this.#kept = undefined;
    this.#over = undefined;
    this.#failed = undefined;
    this.parts.files.remove(this.parts.owner);
    if (kept) await this.parts.issuer.revoke(kept.client, kept.tokens.refresh ?? kept.tokens.access);
    return kept !== undefined;
  }

  /** What is kept, if it is good for anything. @throws WayError */
  #good(): Kept {
    if (this.#kept && this.#over === undefined) return this.#kept;
    throw new WayError(this.#advice(this.#over ?? NOBODY));
  }

  #wanting(): string {
    const what = `the server wants more rights${this.#wanted.length > 0 ? `: ${this.#wanted.join(" ")}` : ""}`;
    const { scopes, self } = this.parts;
    if (scopes || self) return `${what}; add them to oauth.scopes of its manifest, and sign in again`;
    return this.#advice(what);
  }

  #advice(what: string): string {
    return `${what}; to sign in: ${this.parts.advice}`;
  }

  #end(why: string): WayError {
    this.#over = why;
    return new WayError(this.#advice(why));
  }

  /** Gets new tokens; requests at the same time share one attempt. */
  #renew(): Promise<void> {
    this.#renewing ??= this.#renewOnce().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renewOnce(): Promise<void> {
    const { files, owner, warn, self } = this.parts;
    const kept = self ? this.#kept : this.#good();
    if (this.#failed && this.#now() - this.#failed.at < PAUSE_MS) throw new WayError(this.#failed.reason);
    try {
      const made = kept && !self ? await this.#refreshed(kept) : await self?.();
      if (this.#kept !== kept) return; // somebody signed out meanwhile, or in again
      this.#kept = made;
      this.#failed = undefined;
    } catch (error) {
      if (this.#kept !== kept) throw error;
      const { message: reason } = error as Error;
      if (error instanceof RefusedError && !self) throw this.#end(reason);
      this.#failed = { reason, at: this.#now() };
      throw error;
    }
    if (self) return;
    try {
      files.write(owner, this.#kept);
    } catch (error) {
      warn(`new tokens of ${owner} are not written down: after a restart somebody has to sign in`, error as Error);
    }
  }

  async #refreshed(kept: Kept): Promise<Kept> {
    const { refresh = "" } = kept.tokens;
    const tokens = await this.parts.issuer.refresh(kept.client, refresh, kept.resource);
    return { ...kept, got: this.#now(), tokens: { ...kept.tokens, ...tokens } };
  }
}
