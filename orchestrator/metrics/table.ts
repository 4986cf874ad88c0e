import { Counter, Gauge, type Registry } from "prom-client";

/** One series: the labels' values, in their order, and the number. */
export type Row = readonly [labels: readonly string[], value: number];

/** A metric whose every series is known anew at each scrape: what is gone is no longer shown. */
export type Table = (rows: Iterable<Row>) => void;

/**
 * @param name one that ends in `_total` becomes a counter, any other a gauge
 * @param labelNames @default none
 */
export function table(registry: Registry, name: string, help: string, labelNames: readonly string[] = []): Table {
  const options = { name, help, labelNames: [...labelNames], registers: [registry] };
  const metric = name.endsWith("_total") ? new Counter(options) : new Gauge(options);
  return (rows) => {
    metric.reset();
    for (const [values, number] of rows) {
      metric.inc(Object.fromEntries(labelNames.map((label, index) => [label, values[index] ?? ""])), number);
    }
  };
}
