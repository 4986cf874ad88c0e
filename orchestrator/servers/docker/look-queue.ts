import { eachOf } from "../../../lib/each-of";

/** Looks at the same time: a large fleet must not fill the connections to the engine. */
export const PARALLEL = 4;

export interface Looks {
  /** Looks at all there is. Never throws. */
  all: () => Promise<void>;
  /** Looks at one. Never throws. */
  one: (id: string) => Promise<void>;
}

/** What is to be looked at. One worker does it, so that no older answer comes after a newer one. */
export class LookQueue {
  readonly #ids = new Set<string>();
  #all = false;
  #closed = false;
  #working: Promise<void> | undefined;

  constructor(private readonly looks: Looks) {}

  /** Ends when all was looked at, and whatever was asked for meanwhile. */
  all(): Promise<void> {
    this.#all = true;
    return this.#work();
  }

  /** Ends when this one was looked at, and whatever was asked for meanwhile. */
  one(id: string): Promise<void> {
    this.#ids.add(id);
    return this.#work();
  }

  /** Begins no further look. */
  close(): void {
    this.#closed = true;
  }

  #work(): Promise<void> {
    this.#working ??= Promise.resolve().then(() => this.#workOff());
    return this.#working;
  }

  async #workOff(): Promise<void> {
    while ((this.#all || this.#ids.size > 0) && !this.#closed) {
      if (this.#all) {
        this.#all = false;
        await this.looks.all();
      }
      const ids = [...this.#ids];
      this.#ids.clear();
      await eachOf(ids, PARALLEL, this.looks.one);
    }
    // In the same turn as the loop's last condition: whoever asks later starts the next worker.
    this.#working = undefined;
  }
}
