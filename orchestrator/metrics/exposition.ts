import type { Registry } from "prom-client";
import { backupMetrics } from "./backup-metrics";
import { containerMetrics } from "./container-metrics";
import { discoveryMetrics } from "./discovery-metrics";
import { engineMetrics } from "./engine-metrics";
import { processMetrics } from "./process-metrics";
import { serverMetrics } from "./server-metrics";
import type { MetricSources } from "./sources";

/** Collects all metrics in Prometheus's text format. */
export class Exposition {
  readonly #fill: (() => void | Promise<void>)[];
  #scraping?: Promise<string>;

  /** @param registry the one of `CallMetrics` */
  constructor(
    private readonly registry: Registry,
    sources: MetricSources,
  ) {
    this.#fill = [
      serverMetrics(registry, sources),
      containerMetrics(registry, sources),
      engineMetrics(registry, sources),
      discoveryMetrics(registry, sources),
      backupMetrics(registry, sources),
      processMetrics(registry),
    ];
  }

  /** Content type of `text()`, with the version of the format. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** Returns the text. Requests at the same time share one collection. */
  text(): Promise<string> {
    this.#scraping ??= this.#scrape().finally(() => {
      this.#scraping = undefined;
    });
    return this.#scraping;
  }

  async #scrape(): Promise<string> {
    await Promise.all(this.#fill.map((fill) => fill()));
    return this.registry.metrics();
  }
}
