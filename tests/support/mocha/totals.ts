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

/** A test, or a hook of one, that failed. */
export interface Failure {
  /** From the project's root. */
  file: string;
  /** With the titles of its suites. */
  failure: string;
  /** The head of its error. */
  error: string;
}

/** What mocha tells tests/run.ts: each failure, each file when it is over, and at the end the totals. */
export type Message = Failure | FileTotals | Totals;

/** All of them together; `less` is taken off. */
export function sum(totals: readonly Totals[], less: readonly Pick<Totals, "passed" | "failed">[] = []): Totals {
  const of = (what: "passed" | "failed"): number =>
    totals.reduce((all, one) => all + one[what], 0) - less.reduce((all, one) => all + one[what], 0);
  return { passed: of("passed"), failed: of("failed"), skipped: totals.reduce((all, one) => all + one.skipped, 0) };
}

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
