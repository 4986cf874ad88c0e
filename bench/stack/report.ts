import { textTable } from "../../lib/text-table";
import type { Machine } from "./machine";
import type { Sample } from "./timed";

/** Samples of both sides by what was measured; `script` is empty where it has no counterpart. */
export type Results = Record<string, { ours: Sample[]; script: Sample[] }>;

/** What the issue asks for, in seconds; and the ratio of a warm `up` to the script's. */
const AIMS: Record<string, { seconds?: number; ratio?: number }> = {
  up: { seconds: 30, ratio: 2 },
  "no-op up": { seconds: 5 },
  preview: { seconds: 5 },
  destroy: { seconds: 10 },
  "destroy with volumes": { seconds: 10 },
};

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

interface Row {
  what: string;
  ours: number[];
  script: number[];
  /** Median processor seconds. */
  cpu: { ours: number; script: number };
  /** Median of the ratios of each pair: a noisy minute then counts for both sides. */
  ratio?: number;
  met?: boolean;
}

/** @param cold the aims are for a stack whose images are built */
export function rows(results: Results, cold: boolean): Row[] {
  return Object.entries(results).map(([what, { ours, script }]) => {
    const wall = (samples: Sample[]) => samples.map((sample) => Math.round(sample.wall * 100) / 100);
    const cpu = (samples: Sample[]) => Math.round(median(samples.map((sample) => sample.cpu)) * 100) / 100;
    const pairs = ours.flatMap((sample, round) => {
      const other = script[round];
      return other ? [sample.wall / other.wall] : [];
    });
    const ratio = pairs.length > 0 ? Math.round(median(pairs) * 100) / 100 : undefined;
    const aim = cold && what === "up" ? undefined : AIMS[what];
    const seconds = median(wall(ours));
    const met = aim && seconds <= (aim.seconds ?? Infinity) && (ratio ?? 0) <= (aim.ratio ?? Infinity);
    return { what, ours: wall(ours), script: wall(script), cpu: { ours: cpu(ours), script: cpu(script) }, ratio, met };
  });
}

function aimText(what: string): string {
  const { seconds, ratio } = AIMS[what] ?? {};
  return [seconds && `${seconds} s`, ratio && `${ratio}x`].filter(Boolean).join(", ");
}

const number = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? "-" : value.toFixed(2));

/** A table for people: medians, with all samples behind them. */
export function table(list: Row[]): string {
  const lines = [
    ["", "ours s", "script s", "ratio", "CPU ours", "script", "aim", "", "samples"],
    ...list.map(({ what, ours, script, cpu, ratio, met }) => [
      what,
      number(median(ours)),
      number(median(script)),
      number(ratio),
      number(cpu.ours),
      number(cpu.script),
      met === undefined ? "" : aimText(what),
      met === undefined ? "" : met ? "met" : "MISSED",
      `${ours.join(" ")} / ${script.join(" ") || "-"}`,
    ]),
  ];
  return textTable(lines);
}

/** The same for programs, on one line. */
export function json(list: Row[], before: Machine, after: number[], settings: object): string {
  return JSON.stringify({ bench: "stack", ...settings, machine: before, loadAfter: after, results: list });
}
