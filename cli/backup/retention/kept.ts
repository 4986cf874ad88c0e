import type { Keep } from "./keep";

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Number of a moment's day, counted from 1970: of the calendar that hangs on this machine's wall. */
function dayOf(time: number): number {
  const date = new Date(time);
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY_MS;
}

/** The calendar's periods by number. A week begins on Monday; 1970 began on a Thursday. */
const PERIODS: Record<keyof Keep, (time: number) => number> = {
  days: dayOf,
  weeks: (time) => Math.floor((dayOf(time) + 3) / 7),
  months: (time) => new Date(time).getFullYear() * 12 + new Date(time).getMonth(),
};

/**
 * Which of these backups stay: the newest of all, and the newest one of each of the last N days, weeks and months that
 * have any. A gap therefore costs nothing: seven days of backups stay, however long ago they were.
 * @param times milliseconds since 1970, in any order
 */
export function kept(times: readonly number[], keep: Keep): Set<number> {
  const newestFirst = [...new Set(times)].sort((one, other) => other - one);
  const stay = new Set(newestFirst.slice(0, 1));
  for (const [unit, periodOf] of Object.entries(PERIODS) as [keyof Keep, (time: number) => number][]) {
    const seen = new Set<number>();
    for (const time of newestFirst) {
      const period = periodOf(time);
      if (seen.has(period)) continue;
      if (seen.size === keep[unit]) break;
      seen.add(period);
      stay.add(time);
    }
  }
  return stay;
}
