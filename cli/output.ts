import { plain } from "../lib/plain-text";
import { textTable } from "../lib/text-table";

/**
 * Columns under their titles, two spaces apart; cells are made safe and put on one line.
 * @param empty what to say when there are no rows
 */
export function table(titles: string[], rows: string[][], empty = "none"): string {
  if (rows.length === 0) return empty;
  return textTable([titles, ...rows.map((row) => row.map((cell) => plain(cell).replace(/\s+/g, " ")))]);
}

/** The command's result, on standard output: as one JSON document, or as text for people, safe for a terminal. */
export function show<T>(json: boolean | undefined, value: T, text: (value: T) => string): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : plain(text(value))}\n`);
}

/** What a server wrote or answered: safe for a terminal, as it was written for anything else (a file, a pipe). */
export function foreign(text: string): string {
  return process.stdout.isTTY ? plain(text) : text;
}

/** A line beside the result, on standard error; safe, for an error may hold what a server wrote. */
export function note(text: string): void {
  process.stderr.write(`${plain(text)}\n`);
}

/** First line about a long job after so many milliseconds, more in this rhythm. */
const FIRST_MS = 2_000;
const NEXT_MS = 10_000;

/** Waits for a job. After two seconds, lines on standard error say that it is still running. */
export async function progress<T>(title: string, job: Promise<T>): Promise<T> {
  const began = Date.now();
  const tell = (): void => {
    note(`${title}: ${Math.round((Date.now() - began) / 1000)} s so far`);
    timer = setTimeout(tell, NEXT_MS);
  };
  let timer = setTimeout(tell, FIRST_MS);
  return await job.finally(() => clearTimeout(timer));
}

/** The examples at the end of a command's help. */
export function examples(lines: string): string {
  return `\nExamples:\n${lines.replace(/^/gm, "  ")}`;
}
