const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** What a duration looks like: a whole number and one unit. */
export const DURATION = /^(0|[1-9]\d{0,8})(ms|s|m|h)$/;

/** Reads `500ms`, `30s`, `5m`, `1h`. @returns milliseconds, or undefined when it is not a duration */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = DURATION.exec(text) ?? [];
  return unit ? Number(count) * MILLISECONDS[unit as keyof typeof MILLISECONDS] : undefined;
}

/** parseDuration for text that has been checked. @throws RangeError */
export function milliseconds(text: string): number {
  const value = parseDuration(text);
  if (value === undefined) throw new RangeError(`got ${JSON.stringify(text)}, expected a duration like 30s`);
  return value;
}

/** Milliseconds as Go prints them (`1m30s`, `500ms`): what Docker's tools give back, so that nothing looks changed. */
export function goDuration(value: number): string {
  if (value < 1_000) return value === 0 ? "0s" : `${value}ms`;
  const hours = Math.floor(value / MILLISECONDS.h);
  const minutes = Math.floor(value / MILLISECONDS.m) % 60;
  const seconds = `${(value % MILLISECONDS.m) / 1_000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

const GO_DURATION = /^(\d+h)?(\d+m)?(\d+(\.\d+)?s)?(\d+ms)?$/;

/** The way back from goDuration. @returns milliseconds @throws RangeError */
export function goMilliseconds(text: string): number {
  if (text === "" || !GO_DURATION.test(text)) {
    throw new RangeError(`got ${JSON.stringify(text)}, expected a duration like 1m30s`);
  }
  const parts = [...text.matchAll(/([\d.]+)(ms|s|m|h)/g)];
  return parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * MILLISECONDS[unit as keyof typeof MILLISECONDS],
    0,
  );
}
