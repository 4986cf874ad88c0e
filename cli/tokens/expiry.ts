import { CliError, ExitCode } from "../errors";

const HOUR_MS = 3_600_000;
const UNITS: Record<string, number> = { h: HOUR_MS, d: 24 * HOUR_MS };

/**
 * Reads the value of --expires: hours or days from now (`12h`, `30d`), or a time of RFC 3339.
 * @returns RFC 3339
 * @throws CliError when it is neither, or over already
 */
export function expiryOf(text: string, now = Date.now()): string {
  const [, count, unit] = /^([1-9]\d{0,4})([hd])$/.exec(text) ?? [];
  const time = unit ? now + Number(count) * (UNITS[unit] as number) : isTime(text) ? Date.parse(text) : Number.NaN;
  if (time > now) return new Date(time).toISOString();
  const expected = "hours or days like 12h or 30d, or a time to come like 2027-01-31T10:00:00Z";
  throw new CliError(`--expires: got ${JSON.stringify(text)}, expected ${expected}`, ExitCode.Usage);
}

const isTime = (text: string): boolean => /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/.test(text);
