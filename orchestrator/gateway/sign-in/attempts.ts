import { randomBytes } from "node:crypto";
import type { SignInAttempt, SignInFor } from "../gateway-api";
import type { Begun } from "./issuer";

/** Milliseconds that somebody may take to sign in; how it went is told as long again. */
const PATIENCE_MS = 10 * 60_000;
/** Attempts that are known at a time; the oldest goes first. */
const MOST = 200;

/** A sign-in under way, or just over. */
export interface Attempt<Place> {
  id: string;
  server: string;
  by: SignInFor;
  begun: Begun;
  /** The server as it was declared when it began. */
  known: Place;
  /** Milliseconds since 1970. */
  until: number;
  outcome: SignInAttempt["outcome"];
  reason?: string;
}

/** The sign-ins under way: each waits for one answer, for ten minutes. */
export class Attempts<Place> {
  readonly #all = new Map<string, Attempt<Place>>();

  /** @param now milliseconds since 1970 */
  constructor(private readonly now: () => number) {}

  /** Begins one. Another of the same token at the same server gives way. */
  begin(server: string, by: SignInFor, begun: Begun, known: Place): Attempt<Place> {
    const now = this.now();
    for (const [id, other] of this.#all) {
      const isSame = other.server === server && isOf(other, by);
      if (isSame || other.until + PATIENCE_MS < now) this.#all.delete(id);
    }
    const id = randomBytes(9).toString("base64url");
    const attempt: Attempt<Place> = { id, server, by, begun, known, until: now + PATIENCE_MS, outcome: "waiting" };
    this.#all.set(id, attempt);
    const [oldest] = this.#all.keys();
    if (this.#all.size > MOST && oldest !== undefined) this.#all.delete(oldest);
    return attempt;
  }

  /** How one goes, for who began it; undefined for everybody else. */
  told(server: string, id: string, by: SignInFor): Pick<SignInAttempt, "outcome" | "reason"> | undefined {
    const found = this.#all.get(id);
    if (!found || found.server !== server || !isOf(found, by)) return undefined;
    const { outcome, reason, until } = found;
    if (outcome === "waiting" && until < this.now()) return { outcome: "failed", reason: "nobody signed in in time" };
    return { outcome, ...(reason === undefined ? {} : { reason }) };
  }

  /** Takes the one that waits for this state: it waits for no other answer. */
  take(state: string): Attempt<Place> | undefined {
    const found = [...this.#all.values()].find(({ begun, outcome }) => begun.state === state && outcome === "waiting");
    if (!found || found.until < this.now()) return undefined;
    found.outcome = "failed";
    found.reason = "its answer is being checked";
    return found;
  }

  /** False for one that was ended, or gave way. */
  has({ id }: Attempt<Place>): boolean {
    return this.#all.has(id);
  }

  /** Ends those of a principal. */
  forget(principal: string): void {
    for (const [id, { by }] of this.#all) if (by.principal === principal) this.#all.delete(id);
  }
}

const isOf = ({ by }: { by: SignInFor }, other: SignInFor): boolean =>
  by.principal === other.principal && (by.own ?? false) === (other.own ?? false);
