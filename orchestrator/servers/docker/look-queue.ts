import { eachOf } from "../../../lib/each-of";

/** Most inspections at a time, so that a large fleet does not use up the connections to the engine. */
export const PARALLEL = 4;

export interface Looks {
  /** Inspects all containers. Never throws. */
  all: () => Promise<void>;
  /** Inspects one container. Never throws. */
  one: (id: string) => Promise<void>;
}

/** The containers to inspect. One worker takes them in turn, so that an older answer never overwrites a newer one. */
export class LookQueue {
  readonly #ids = new Set<string>();
  #all = false;
  #closed = false;
  #working: Promise<void> | undefined;

  constructor(private readonly looks: Looks) {}

  /** Resolves once all containers are inspected, and whatever was asked for meanwhile. */
  all(): Promise<void> {
    this.#all = true;
    return this.#work();
  }

  /** Resolves once this container is inspected, and whatever was asked for meanwhile. */
  one(id: string): Promise<void> {
    this.#ids.add(id);
    return this.#work();
  }

  /** Starts no further inspection. */
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
    // In the same turn of the event loop as the last look at the queue, so that a later request starts the next worker.
    this.#working = undefined;
  }
}
