/** Most characters of one message from a server. */
export const MESSAGE_LIMIT = 64 * 1024 * 1024;
/** Characters a second at which a server that floods is read, so that it leaves processor time to others. */
const RATE = 8 * 1024 * 1024;
/** Characters read at full speed before any pause: one message of the largest size. */
const BURST = MESSAGE_LIMIT;
/**
 * Characters that a line or an event counts for, beside its own, unless it answers a request: a flood of empty lines takes a
 * hundred times the processor time of its bytes.
 */
export const OVERHEAD = 2 * 1024;
/** Milliseconds of the shortest pause. */
const PAUSE_MS = 100;

/** Limits how fast a server is read. */
export class ReadingPace {
  #credit = BURST;
  #credited: number;

  /** @param now milliseconds since 1970 */
  constructor(now = Date.now()) {
    this.#credited = now;
  }

  /** Counts characters that were read. @returns milliseconds to wait before reading on, mostly 0 */
  spend(characters: number, now = Date.now()): number {
    this.#credit -= characters;
    if (this.#credit > 0) return 0;
    this.#credit = Math.min(BURST, this.#credit + ((now - this.#credited) * RATE) / 1_000);
    this.#credited = now;
    return this.#credit > 0 ? 0 : Math.max(PAUSE_MS, (-this.#credit * 1_000) / RATE);
  }
}
