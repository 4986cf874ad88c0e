import type { Command } from "commander";
import { CliError, ExitCode } from "./errors";

/** How much of a log is wanted. */
export interface LogOptions {
  follow?: boolean;
  tail: string;
  since?: string;
}

/** Gives a command the options of a log. */
export function withLogOptions(command: Command): Command {
  return command
    .option("-f, --follow", "go on until Ctrl-C")
    .option("-n, --tail <lines>", "the last lines only", "200")
    .option("--since <time>", "RFC 3339, seconds since 1970, or an age like 10m");
}

/** Number of lines. @throws CliError when it is none */
export function lines(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new CliError(`--tail: got "${text}", expected a whole number of lines`, ExitCode.Usage);
}

/** The latest moment that a log may be asked from: the end of the year 9999. */
const LATEST = 253_402_300_799;

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * A moment as people write it, in seconds since 1970.
 * @param text an age like 90s, 10m, 2h, 1d; RFC 3339; or seconds since 1970
 * @param now milliseconds since 1970
 */
export function since(text: string, now: number): number {
  const seconds = moment(text, now);
  if (seconds >= 0 && seconds <= LATEST) return seconds;
  const expected = "an age like 10m, a time like 2026-11-24T10:00:00Z, or seconds since 1970";
  throw new CliError(`--since: got "${text}", expected ${expected}`, ExitCode.Usage);
}

/** NaN when it is none; an age older than 1970 is all there is. */
function moment(text: string, now: number): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count && unit) return Math.max(0, Math.floor(now / 1_000) - Number(count) * (UNITS[unit] ?? 0));
  return /^\d+$/.test(text) ? Number(text) : Math.floor(Date.parse(text) / 1_000);
}
