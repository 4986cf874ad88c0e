/** Characters of one message from a server. */
export const MESSAGE_LIMIT = 64 * 1024 * 1024;
/** A server that floods is read at this rate (characters a second), so that it cannot take the processor from others. */
const RATE = 8 * 1024 * 1024;
/** So much at once is read without a pause: a message that is as large as it may be. */
const BURST = MESSAGE_LIMIT;
/** The shortest pause. */
const PAUSE_MS = 100;

/** How fast a server is read. */
export class ReadingPace {
  #credit = BURST;
  #credited: number;

  /** @param now milliseconds */
  constructor(now = Date.now()) {
    this.#credited = now;
  }

  /** Something was read. @returns milliseconds to wait before the next: mostly 0 */
  spend(characters: number, now = Date.now()): number {
    this.#credit -= characters;
    if (this.#credit > 0) return 0;
    this.#credit = Math.min(BURST, this.#credit + ((now - this.#credited) * RATE) / 1_000);
    this.#credited = now;
    return this.#credit > 0 ? 0 : Math.max(PAUSE_MS, (-this.#credit * 1_000) / RATE);
  }
}
