import { CliError, ExitCode } from "../../errors";

const UNITS = { d: "days", w: "weeks", m: "months" } as const;

/** How many backups stay: one each for so many days, weeks and months that have any. */
export type Keep = Record<(typeof UNITS)[keyof typeof UNITS], number>;

const PART = /^([1-9]\d{0,3})([dwm])$/;

/** Reads `7d,4w,6m`: one part or more, each unit once. @throws CliError with every part that is wrong */
export function keepOf(text: string): Keep {
  const keep: Keep = { days: 0, weeks: 0, months: 0 };
  const problems = text.split(",").flatMap((part) => {
    const [, count, letter] = PART.exec(part.trim()) ?? [];
    if (!letter) return [`got "${part.trim()}", expected a number from 1 to 9999 and d, w or m`];
    const unit = UNITS[letter as keyof typeof UNITS];
    if (keep[unit] > 0) return [`got ${unit} twice, expected them once`];
    keep[unit] = Number(count);
    return [];
  });
  if (problems.length === 0) return keep;
  const fix = "--keep 7d,4w,6m keeps one each of 7 days, 4 weeks and 6 months";
  throw new CliError(`--keep: ${problems.join("; ")}`, ExitCode.Usage, fix);
}
