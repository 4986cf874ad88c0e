/** What a look at the stack finds. */
export const Seen = {
  Running: "running",
  /** The engine or the orchestrator does not run, though nobody stopped it on purpose. */
  Down: "down",
  /** Somebody stopped or destroyed the stack, or is at work on it. */
  Intended: "intended",
  /** The daemon in the engine does not answer; its supervisor sees to it. */
  Unclear: "unclear",
} as const;
export type Seen = (typeof Seen)[keyof typeof Seen];

/** Longest pause between two tries, in seconds. */
const LONGEST = 600;

/** Decides when to bring up a stack that is down: not at once, and less and less often when it does not help. */
export class Judge {
  private since: number | undefined;
  private tries = 0;
  private next = 0;

  /** @param after seconds that the stack has to be down */
  constructor(private readonly after: number) {}

  /**
   * @param now seconds of a clock that only goes forward
   * @returns true when the stack is to be brought up now
   */
  isDue(seen: Seen, now: number): boolean {
    if (seen === Seen.Running) {
      this.tries = 0;
      this.next = 0;
    }
    this.since = seen === Seen.Down ? (this.since ?? now) : undefined;
    return this.since !== undefined && now - this.since >= this.after && now >= this.next;
  }

  /** The stack was brought up, or not. @returns seconds until the next try, should it be needed */
  tried(now: number): number {
    this.tries += 1;
    const pause = Math.min(LONGEST, Math.max(1, this.after) * 2 ** this.tries);
    this.next = now + pause;
    return pause;
  }
}
