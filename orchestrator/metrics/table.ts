import { Counter, Gauge, type Registry } from "prom-client";

/** One series: the values of the labels, in order, and the number. */
export type Row = readonly [labels: readonly string[], value: number];

/** Adds a metric whose series are all set anew at each scrape, so that removed servers disappear. */
export type Table = (rows: Iterable<Row>) => void;

/**
 * @param name a name that ends in `_total` makes a counter, any other a gauge
 * @param labelNames @default none
 */
export function table(registry: Registry, name: string, help: string, labelNames: readonly string[] = []): Table {
  const options = { name, help, labelNames: [...labelNames], registers: [registry] };
  const metric = name.endsWith("_total") ? new Counter(options) : new Gauge(options);
  return (rows) => {
    metric.reset();
    if (labelNames.length === 0) metric.remove(); // without labels a reset leaves a series, at 0
    for (const [values, number] of rows) {
      metric.inc(Object.fromEntries(labelNames.map((label, index) => [label, values[index] ?? ""])), number);
    }
  };
}
