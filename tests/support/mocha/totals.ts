/** What came of tests. */
export interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

/** What a file's tests came to. */
export interface FileTotals {
  /** From the project's root. */
  file: string;
  seconds: number;
  passed: number;
  failed: number;
}

/** What mocha tells tests/run.ts: each file when it is over, and at the end the totals. */
export type Message = FileTotals | Totals;

/** The line that CI reads. */
export function closingLine({ passed, failed, skipped = 0 }: Omit<Totals, "skipped"> & Partial<Totals>): string {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`;
}

/** The totals of all closing lines in a text. */
export function totalsIn(text: string): Totals {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const [, passed, failed, skipped = "0"] of text.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)) {
    sum.passed += Number(passed);
    sum.failed += Number(failed);
    sum.skipped += Number(skipped);
  }
  return sum;
}
