import { median } from "../stack/report";
import type { Contender } from "./contender";
import type { Load } from "./load";
import { BARE, PEERS } from "./local";
import { middle, ratio } from "./medians";

/** What is measured of results of one size. */
export interface Size {
  /** Characters of the result's text. */
  bytes: number;
  name: string;
  clients: number;
  /** Part of the calls of the small results: about as many seconds. */
  share: number;
}

/** Four clients at 5 MB: with sixteen the machine would measure its memory. */
const SIZES: Size[] = [
  { bytes: 1_000, name: "1 kB", clients: 16, share: 1 },
  { bytes: 1_000, name: "1 kB", clients: 1, share: 0.5 },
  { bytes: 100_000, name: "100 kB", clients: 16, share: 0.15 },
  { bytes: 5_000_000, name: "5 MB", clients: 4, share: 0.01 },
];

/** By contender; one entry a round. */
export type BySize = Map<Size, Map<string, Load[]>>;

export const SIZES_HEADING = [
  "result",
  "side",
  "clients",
  "calls/s",
  "ours is",
  "p50 ms",
  "p99 ms",
  "p99 over bare",
  "CPU us",
];

/** Rows of a table: each size, each side. */
export function sizeRows(sizes: BySize, ours: string): string[][] {
  return [...sizes].flatMap(([{ name: size, clients }, by]) =>
    [...by].map(([name, loads]) => {
      const own = by.get(ours) ?? [];
      const over = p99Over(loads, by.get(BARE) ?? []);
      return [
        size,
        name,
        String(clients),
        number(middle(loads, ({ rps }) => rps)),
        name === ours
          ? ""
          : `${number(
              ratio(own, loads, ({ rps }) => rps),
              2,
            )}x`,
        number(
          middle(loads, ({ p50 }) => p50),
          1,
        ),
        number(
          middle(loads, ({ p99 }) => p99),
          1,
        ),
        name === BARE ? "" : number(over, 1),
        number(middle(loads, ({ cpuMicros }) => cpuMicros)),
      ];
    }),
  );
}

/** Milliseconds by which calls' p99 is above the bare server's in the same round. */
export function p99Over(loads: Load[], bare: Load[]): number {
  return median(loads.flatMap(({ p99 }, round) => (bare[round] ? [p99 - bare[round].p99] : [])));
}

/** How many times the calls a second of the faster Node peer. */
export function overPeers(by: Map<string, Load[]>, ours: string): number {
  const own = by.get(ours) ?? [];
  const ratios = Object.keys(PEERS).map((peer) => ratio(own, by.get(peer) ?? [], ({ rps }) => rps));
  return Math.min(...ratios.filter((one) => !Number.isNaN(one)), Number.POSITIVE_INFINITY);
}

/** Calls of one measurement. */
function callsOf({ share, clients }: Size, calls: number): number {
  return Math.max(2 * clients, Math.ceil(calls * share));
}

/** Contenders that answer with so many characters; what another server stands behind may not. */
export async function sizeRound(
  contenders: Contender[],
  calls: number,
  measure: (contender: Contender, size: Size, calls: number) => Promise<Load | undefined>,
  into: BySize,
): Promise<void> {
  for (const size of SIZES) {
    const by = into.get(size) ?? new Map<string, Load[]>();
    into.set(size, by);
    for (const contender of contenders) {
      const load = await measure(contender, size, callsOf(size, calls));
      if (load) by.set(contender.name, [...(by.get(contender.name) ?? []), load]);
    }
  }
}

const number = (value: number, digits = 0): string => (Number.isFinite(value) ? value.toFixed(digits) : "-");
