import { textTable } from "../../lib/text-table";
import type { Machine } from "../stack/machine";

/** What was measured with one number of servers: seconds, or megabytes. */
export type Figures = Record<string, number>;

/** What issue 16 asks for, each with the number of servers that it is about. */
const AIMS: { what: string; servers: number; most: number }[] = [
  { what: "no-op up, s", servers: 50, most: 8 },
  { what: "status, s", servers: 50, most: 3 },
  { what: "up with one more, s", servers: 50, most: 15 },
  { what: "orchestrator, MB", servers: 200, most: 200 },
];

/** A row for each figure, a column for each number of servers; then what one more server costs, and the aims. */
export function table(measured: Map<number, Figures>): string {
  const sizes = [...measured.keys()].sort((a, b) => a - b);
  const [least = 0, most = 0] = [sizes[0], sizes.at(-1)];
  const names = [...new Set([...measured.values()].flatMap(Object.keys))];
  const shown = (value: number | undefined): string => (value === undefined ? "-" : value.toFixed(1));
  const rows = names.map((what) => {
    const at = (size: number): number | undefined => measured.get(size)?.[what];
    const growth = most > least ? ((at(most) ?? NaN) - (at(least) ?? NaN)) / (most - least) : NaN;
    return [
      what,
      ...sizes.map((size) => shown(at(size))),
      Number.isNaN(growth) ? "-" : growth.toFixed(3),
      ...aim(what),
    ];

    function aim(name: string): string[] {
      const one = AIMS.find((each) => each.what === name);
      if (!one) return ["", ""];
      const value = at(one.servers);
      const said = value === undefined ? "not measured" : value <= one.most ? "met" : "MISSED";
      return [`${one.most} at ${one.servers}`, said];
    }
  });
  return textTable([["servers", ...sizes.map(String), "one more", "aim", ""], ...rows]);
}

/** The same for programs, on one line. */
export function json(measured: Map<number, Figures>, before: Machine, after: number[]): string {
  return JSON.stringify({ bench: "fleet", machine: before, loadAfter: after, results: Object.fromEntries(measured) });
}
