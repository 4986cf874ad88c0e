import { BoundedMap } from "../../lib/bounded-map";

const KEYS = 10_000;

/**
 * Allows a number of requests a minute for each key, in a burst or spread: a token bucket that holds one minute's
 * worth.
 */
export class RateLimit {
  readonly #buckets = new BoundedMap<{ left: number; at: number }>(KEYS);

  /**
   * @param perMinute requests a minute; 0: no limit
   * @param now returns the time in milliseconds; tests pass a clock of their own
   */
  constructor(
    private readonly perMinute: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts one request. @returns 0 when it is allowed, else the seconds to wait before the next */
  take(key: string): number {
    if (this.perMinute === 0) return 0;
    const now = this.now();
    const perMs = this.perMinute / 60_000;
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      bucket = { left: this.perMinute, at: now };
      this.#buckets.set(key, bucket);
    }
    bucket.left = Math.min(this.perMinute, bucket.left + (now - bucket.at) * perMs);
    bucket.at = now;
    if (bucket.left < 1) return Math.max(1, Math.ceil((1 - bucket.left) / perMs / 1000));
    bucket.left -= 1;
    return 0;
  }
}
