import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withPart } from "../../lib/marked-part";
import type { Outcome } from "./drive";

const PAGE = join(__dirname, "../../docs/compatibility.md");
const HEAD = ["Server", "From", "Result", "Tools", "Add", "Image"];
const FAILED = "**does not**";
/** Characters of a line of the page. */
const WIDTH = 118;

/** What the page says of a server: its row of the table, and the item of the list below. */
interface Entry {
  row: string;
  item: string;
}

const line = (cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

/** The table of docs/compatibility.md, and under it what was seen of each server, and what it opens. */
export function report(outcomes: Outcome[]): string {
  return texts(outcomes.map(entryOf));
}

function texts(entries: Entry[]): string {
  const table = [line(HEAD), line(HEAD.map(() => "---")), ...entries.map(({ row }) => row)];
  return [...table, "", ...entries.map(({ item }) => item)].join("\n");
}

function entryOf(outcome: Outcome): Entry {
  return { row: line(cells(outcome)), item: seen(outcome) };
}

function cells({ name, source, failed, tools, addSeconds, imageBytes }: Outcome): string[] {
  const result = failed === undefined ? "works" : FAILED;
  const size = imageBytes === undefined ? "–" : `${Math.round(imageBytes / 1e6)} MB`;
  return [name, `\`${source}\``, result, String(tools ?? "–"), `${Math.round(addSeconds)} s`, size];
}

function seen({ name, failed, done, opened }: Outcome): string {
  const job = [...done, ...(failed === undefined ? [] : [`then ${failed.replace(/[`<>|]/g, "'")}`])].join(", ");
  return wrapped(`- **${name}**: ${job || "nothing"}. Opened: ${opened.join(", ") || "nothing"}.`);
}

/** A list item in lines of the page's width. */
function wrapped(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last.length + word.length >= WIDTH) lines.push(`  ${word}`);
    else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
  }
  return lines.join("\n");
}

/**
 * Puts the outcomes into the page, between its markers. Of a server without an outcome stays what is there.
 * @param names all servers of the page, in its order
 */
export function writeDocs(outcomes: Outcome[], names: string[]): void {
  const page = readFileSync(PAGE, "utf8");
  const entries = names.flatMap((name): Entry[] => {
    const outcome = outcomes.find((one) => one.name === name);
    const there = outcome ? entryOf(outcome) : entryIn(page, name);
    return there ? [there] : [];
  });
  const day = new Date().toISOString().slice(0, 10);
  const good = entries.filter(({ row }) => row.includes("| works |")).length;
  const text = `Last run: ${day}; ${good} of ${entries.length} work.\n\n${texts(entries)}`;
  writeFileSync(PAGE, withPart(page, "last run", text));
}

function entryIn(page: string, name: string): Entry | undefined {
  const [row] = new RegExp(`^\\| ${name} \\|.*$`, "m").exec(page) ?? [];
  const [item] = new RegExp(`^- \\*\\*${name}\\*\\*:.*(\n  .*)*`, "m").exec(page) ?? [];
  return row !== undefined && item !== undefined ? { row, item } : undefined;
}
