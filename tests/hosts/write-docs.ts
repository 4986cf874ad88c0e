// write-docs.ts FOLDER ACCELERATOR SECONDS: puts the results of a run (FOLDER/*.json) into docs/hosts.md, between its markers.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withPart } from "../../lib/marked-part";
import type { HostResult } from "../support/hosts/facts";

const PAGE = join(__dirname, "../../docs/hosts.md");
const CASES = ["here", "apparmor", "no-apparmor", "userns"];

/** Rows of what is known, columns of hosts. A host that has no such row gets a dash. */
function table(head: string[], rows: string[], cell: (row: string, column: number) => string | undefined): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const body = rows.map((row) => line([row, ...head.slice(1).map((_, column) => cell(row, column) ?? "–")]));
  return [line(head), line(head.map(() => "---")), ...body].join("\n");
}

/** Every value once; what only a later list has comes after its predecessor there. */
function merged(lists: string[][]): string[] {
  const all: string[] = [];
  for (const list of lists) {
    let at = all.length;
    for (const value of list) {
      if (all.includes(value)) at = all.indexOf(value) + 1;
      else all.splice(at++, 0, value);
    }
  }
  return all;
}

function report(results: HostResult[], accelerator: string, seconds: number): string {
  const facts = merged(results.map((result) => Object.keys(result.facts)));
  const checks = merged(results.map((result) => result.checks.map(({ title }) => title)));
  const failed = results.flatMap((result) => result.checks).filter(({ passed }) => !passed).length;
  const total = results.flatMap((result) => result.checks).length;
  const day = new Date().toISOString().slice(0, 10);
  return [
    `Last run: ${day}, ${total - failed} checks passed, ${failed} failed, ${Math.round(seconds / 60)} minutes in all, virtual machines under \`${accelerator}\`.`,
    table(["Host", ...results.map(({ machine }) => machine)], facts, (row, column) => results[column]?.facts[row]),
    table(["Check (seconds)", ...results.map(({ machine }) => machine)], checks, (row, column) => {
      const check = results[column]?.checks.find(({ title }) => title === row);
      return check && `${check.passed ? "ok" : "**failed**"}, ${check.seconds.toFixed(1)}`;
    }),
  ].join("\n\n");
}

const [folder = ".", accelerator = "", seconds = "0"] = process.argv.slice(2);
const files = CASES.map((kind) => join(folder, `${kind}.json`)).filter((file) => existsSync(file));
const results = files.map((file) => JSON.parse(readFileSync(file, "utf8")) as HostResult);
writeFileSync(PAGE, withPart(readFileSync(PAGE, "utf8"), "last run", report(results, accelerator, Number(seconds))));
