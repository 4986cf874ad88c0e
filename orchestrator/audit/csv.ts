import type { AuditEntry } from "./entry";

const COLUMNS = [
  ...["time", "kind", "principal", "session", "server", "method", "tool", "result", "code", "ms"],
  ...["request", "arguments"],
] as const;
/** What a spreadsheet takes for a formula; the last four are the same signs in full width. */
const FORMULA = /^(?=[=+\-@\t\r\n＝＋－＠])/;

/** An entry whose time is RFC 3339. */
type Told = Omit<AuditEntry, "time"> & { time: string };

function cell(value: unknown): string {
  if (value === undefined) return "";
  // Clients choose the names of tools and methods: none may become a formula. A number stays one.
  const text = typeof value === "string" ? value.replace(FORMULA, "'") : (JSON.stringify(value) ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function line(cells: string[]): string {
  return `${cells.join(",")}\r\n`;
}

/** The line of heads of an audit log as CSV (RFC 4180). */
export const CSV_HEAD = line([...COLUMNS]);

/** An entry as a line of CSV. Arguments are JSON. */
export function csvRow(entry: Told): string {
  const all: Record<string, unknown> = { ...entry };
  return line(COLUMNS.map((column) => cell(all[column])));
}
