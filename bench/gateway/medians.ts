import { median } from "../stack/report";
import type { Load } from "./load";

/** Median of a figure over the rounds. */
export function middle(loads: Load[], figure: (load: Load) => number | undefined): number {
  return median(loads.flatMap((load) => figure(load) ?? []));
}

/** Median of the rounds' own ratios: a noisy minute then counts for both sides. */
export function ratio(ours: Load[], other: Load[], figure: (load: Load) => number): number {
  return median(
    ours.flatMap((load, round) => {
      const pair = other[round];
      return pair ? [figure(load) / figure(pair)] : [];
    }),
  );
}
