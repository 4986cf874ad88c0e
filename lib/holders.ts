/**
 * Most entries of holders that hold nothing now. They are kept so that somebody who calls now and then is not a new
 * entry each time.
 */
const KEPT = 1_000;

/** Counts who holds how many of the places that all share. */
export class Holders {
  readonly #held = new Map<string, number>();

  of(who: string): number {
    return this.#held.get(who) ?? 0;
  }

  add(who: string): void {
    this.#held.set(who, this.of(who) + 1);
  }

  remove(who: string): void {
    const left = Math.max(0, this.of(who) - 1);
    if (left > 0 || this.#held.size <= KEPT) this.#held.set(who, left);
    else this.#held.delete(who);
  }

  /** True when an idle place of `other` may go to `who`: to the same holder, or to one with fewer places. */
  yields(other: string, who: string): boolean {
    return other === who || this.of(other) > this.of(who);
  }

  /**
   * Returns whose place in use goes to a holder that has none: that of the one with most places, if it has more than
   * one.
   */
  givesTo(who: string): string | undefined {
    if (this.of(who) > 0) return undefined;
    let most: string | undefined;
    for (const [other, count] of this.#held) if (count > Math.max(1, this.of(most ?? ""))) most = other;
    return most;
  }
}
