import { Counter, type Registry } from "prom-client";

interface Count {
  values: readonly string[];
  value: number;
}

/**
 * A counter with labels, for events of every call. prom-client hashes all labels at each count; a tally does so only
 * at a scrape.
 */
export class Tally {
  readonly #counts = new Map<string, Count>();

  /** @param config the counter's; add() takes the labels' values in this order */
  constructor(registry: Registry, config: { name: string; help: string; labelNames: string[] }) {
    const { labelNames } = config;
    const counts = this.#counts;
    new Counter({
      ...config,
      registers: [registry],
      collect() {
        this.reset();
        for (const { values, value } of counts.values())
          this.inc(Object.fromEntries(labelNames.map((name, at) => [name, values[at] as string])), value);
      },
    });
  }

  /** All counts, with the values of their labels in order. */
  counts(): Iterable<Readonly<Count>> {
    return this.#counts.values();
  }

  /** Counts one. @param values the values of all labels, in order */
  add(...values: string[]): void {
    const key = values.join("\0");
    const count = this.#counts.get(key);
    if (count) count.value++;
    else this.#counts.set(key, { values, value: 1 });
  }
}
