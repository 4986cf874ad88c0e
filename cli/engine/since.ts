import { CliError, ExitCode } from "../errors";

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * A moment as people write it, in seconds since 1970.
 * @param text an age like 90s, 10m, 2h, 1d; RFC 3339; or seconds since 1970
 * @param now milliseconds since 1970
 */
export function since(text: string, now: number): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count && unit) return Math.floor(now / 1_000) - Number(count) * (UNITS[unit] ?? 0);
  if (/^\d+$/.test(text)) return Number(text);
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return Math.floor(time / 1_000);
  const expected = "an age like 10m, a time like 2026-11-24T10:00:00Z, or seconds since 1970";
  throw new CliError(`--since: got "${text}", expected ${expected}`, ExitCode.Usage);
}
