import { randomBytes } from "node:crypto";

/** Seconds that a link is good for: time to change from a terminal to a browser. */
const LIFE_S = 60;
/** Links that wait to be used. */
const MOST = 64;

/** Links that sign their user in once. Their codes are kept in memory alone. */
export class SignInLinks {
  readonly #waiting = new Map<string, { token: string; until: number }>();

  /** @param now milliseconds */
  constructor(private readonly now: () => number = Date.now) {}

  /** Makes a code for the holder of a token. When too many wait, the oldest goes. */
  make(token: string): { code: string; seconds: number } {
    this.#forget();
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size >= MOST && oldest !== undefined) this.#waiting.delete(oldest);
    const code = randomBytes(32).toString("base64url");
    this.#waiting.set(code, { token, until: this.now() + LIFE_S * 1_000 });
    return { code, seconds: LIFE_S };
  }

  /** Returns a code's token, once; undefined for a code that is used, expired or unknown. */
  use(code: string): string | undefined {
    this.#forget();
    const found = this.#waiting.get(code);
    this.#waiting.delete(code);
    return found?.token;
  }

  #forget(): void {
    const now = this.now();
    for (const [code, { until }] of this.#waiting) if (until <= now) this.#waiting.delete(code);
  }
}
