import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withPart } from "../../lib/marked-part";
import { markdownTable } from "../../lib/text-table";
import type { Results } from "./drive";
import type { Kind } from "./kinds";
import type { Path } from "./matrix";
import { type Said, STEPS } from "./steps";

/** What came of one client on one path; without results, why it did not run. */
export interface Row {
  kind: Kind;
  path?: Path;
  results?: Results;
  notRun?: string;
}

const PAGE = join(__dirname, "../../docs/clients.md");
const HEAD = ["Client", "Version", "Path", "List", "Call", "Cancel", "5 MB", "Lost session", "Note"];

/** The table of docs/clients.md. */
export function table(rows: Row[]): string {
  return markdownTable([HEAD, ...rows.map(cells)].map((row) => row.map((cell) => cell.replaceAll("|", "\\|"))));
}

function cells({ kind, path, results, notRun }: Row): string[] {
  const begin = [kind.name, kind.version, path ? `\`${path}\`` : "both"];
  if (!results) return [...begin, "–", "–", "–", "–", "–", `not run: ${notRun}`];
  const cell = ({ ok, absent }: Said): string => (absent ? "–" : ok ? "ok" : "**failed**");
  const { connect, list, call, cancel, large, lost } = results;
  const [how = ""] = lost.note?.split(" after: ") ?? [];
  const told = STEPS.map((step) => results[step]).filter(({ ok, absent }) => !ok || absent);
  const notes = told.map(({ step, note }) => `${step}: ${note}`);
  if (connect.ok && !connect.absent && connect.note) notes.unshift(connect.note);
  return [...begin, ...[list, call, cancel, large].map(cell), lost.ok ? `ok, ${how}` : cell(lost), notes.join("; ")];
}

/** Puts the rows into the page, between its markers. */
export function writeDocs(rows: Row[]): void {
  const day = new Date().toISOString().slice(0, 10);
  const text = `Last run: ${day}.\n\n${table(rows)}`;
  writeFileSync(PAGE, withPart(readFileSync(PAGE, "utf8"), "last run", text));
}
